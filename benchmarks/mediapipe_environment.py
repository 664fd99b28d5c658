"""The environment that MediaPipe's whole pipeline runs in, made where it is missing."""

from __future__ import annotations

import shutil
import subprocess
import sys
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
        base = next(filter(runs, (sys.executable, *_PYTHONS)), None)
        if base is None:
            raise SystemExit("MediaPipe needs Python 3.11 or 3.12; install one of them")
        install = [str(python), "-m", "pip", "install", "--quiet", *REQUIREMENTS]
        try:
            subprocess.run([base, "-m", "venv", str(folder)], check=True)
            subprocess.run(install, check=True)
        except subprocess.CalledProcessError as error:
            shutil.rmtree(folder, ignore_errors=True)  # half of it would be taken
            raise SystemExit(
                f"{folder}: cannot make MediaPipe's environment"
            ) from error
    return python


def runs(python: str) -> bool:
    """Tell whether an interpreter is there, runs, and is one that MediaPipe takes.

    What lies on the path may be a version manager's stand-in that only fails.
    """
    code = "import sys; print(*sys.version_info[:2], sep='.')"
    try:
        found = subprocess.run([python, "-c", code], capture_output=True, text=True)
    except OSError:
        return False
    return f"python{found.stdout.strip()}" in _PYTHONS and not found.returncode
