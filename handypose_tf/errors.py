"""The errors that a user can cause and mend.

Every one of them carries a message of one line that names what was wrong, where,
and what to do. The command line prints that line alone and exits with 1; anything
that is not a :class:`HandyPoseError` is a defect of this library.
"""

from __future__ import annotations


class HandyPoseError(Exception):
    """Base of all errors that are caused by the input and not by this library."""


class DataError(HandyPoseError):
    """A data file or a picture cannot be used as it is."""


class ModelError(HandyPoseError):
    """A model file, checkpoint or configuration cannot be used as it is."""


class OutputError(HandyPoseError):
    """A result cannot be written where it was asked for."""


class MissingExtraError(HandyPoseError, ImportError):
    """A feature needs a package that is not installed.

    Args:
        package: Import name of the missing package, e.g. `"torch"`.
        extra: Extra of handypose-tf that installs it, e.g. `"torch"`.
        purpose: What it is needed for, as the end of "... is needed to".
    """

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{package} is needed to {purpose}: pip install 'handypose-tf[{extra}]'"
        )
