"""Versions of what made a file, for its metadata and cards."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

_PACKAGES = ("tensorflow", "keras", "tf_keras", "numpy")


def package_versions() -> dict[str, str]:
    """Return Python's version and that of each installed package of interest."""
    from handypose_tf import __version__

    found = {"python": platform.python_version(), "handypose-tf": __version__}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
