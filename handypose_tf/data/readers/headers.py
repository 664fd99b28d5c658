"""The headers of a data set's pictures, each read once, faults named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from handypose_tf.data.parsing import whole
from handypose_tf.data.sample import RecordError
from handypose_tf.images.header import (
    BrokenPictureError,
    PictureHeader,
    UnsupportedPictureError,
    read_header,
)


class Headers:
    """Picture headers by path; several hands of one picture share one look."""

    def __init__(self) -> None:
        self._headers: dict[Path, PictureHeader] = {}

    def __getitem__(self, path: Path) -> PictureHeader:
        """Return a picture's header.

        Raises:
            RecordError: If the picture is missing, broken or of an unreadable format.
        """
        if path not in self._headers:
            self._headers[path] = _checked_header(path)
        return self._headers[path]

    def check_size(self, path: Path, width: Any, height: Any) -> None:
        """Refuse a picture that is not of the size that its annotation was made for.

        Raises:
            RecordError: If the sizes differ; the points would lie in wrong places.
        """
        header = self[path]
        width, height = whole(width, "width"), whole(height, "height")
        if (width, height) != (header.width, header.height):
            raise RecordError(
                "wrong_size",
                f"annotated at {width}x{height} pixels, but {path} has "
                f"{header.width}x{header.height} (after EXIF turning)",
            )


def _checked_header(path: Path) -> PictureHeader:
    try:
        return read_header(path)
    except FileNotFoundError as error:
        raise RecordError("missing_picture", f"no picture {path}") from error
    except BrokenPictureError as error:
        raise RecordError("broken_picture", f"{path}: {error}") from error
    except UnsupportedPictureError as error:
        raise RecordError("unsupported_picture", f"{path}: {error}") from error
    except OSError as error:
        reason = error.strerror or error
        raise RecordError("broken_picture", f"{path}: cannot read: {reason}") from error
