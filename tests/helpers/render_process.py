"""The door to `render_jobs`, which imports VTK: used in a process of its own."""

from __future__ import annotations

import importlib
from typing import Any


def call(job: str, args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Run a function of `render_jobs` by name."""
    return getattr(importlib.import_module("render_jobs"), job)(*args, **options)
