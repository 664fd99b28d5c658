"""The environment that MediaPipe's whole pipeline runs in, made where it is missing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from handypose_tf.files.wheel_files import cache_folder

REQUIREMENTS = ("mediapipe==0.10.21", "numpy<2")

#: mediapipe 0.10.21 has wheels for these.
_PYTHONS = ("python3.12", "python3.11")

SCRIPT = Path(__file__).resolve().with_name("mediapipe_hands.py")


def mediapipe_python(folder: Path | None = None) -> Path:
    """Return the interpreter that has MediaPipe; make its environment if need be.

    Args:
        folder: Of the environment; by default in this library's cache.
    """
    folder = folder or cache_folder() / "mediapipe-environment"
    python = folder / "bin" / "python"
    if not python.exists():
        base = next((path for name in _PYTHONS if (path := shutil.which(name))), None)
        if base is None:
            raise SystemExit("MediaPipe needs Python 3.11 or 3.12; install one of them")
        subprocess.run([base, "-m", "venv", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", *REQUIREMENTS]
        subprocess.run(install, check=True)
    return python
