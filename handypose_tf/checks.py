"""Arguments that are refused where they enter: what was expected, what was received."""

from __future__ import annotations

import difflib
import math
import os
from collections.abc import Iterable
from typing import Any


def check_choice(name: str, value: Any, choices: Iterable[Any]) -> None:
    """Refuse what is none of the choices, by a `ValueError`; a near one is named."""
    known = [*choices]
    if value not in known:
        words = [choice for choice in known if isinstance(choice, str)]
        close = (
            difflib.get_close_matches(value, words, 1) if isinstance(value, str) else []
        )
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise ValueError(f"`{name}` must be one of {known}. Received: {value!r}{hint}")


def check_positive(name: str, value: float) -> None:
    """Refuse what is no positive number, by a `ValueError`."""
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"`{name}` must be positive. Received: {value}")


def check_least(name: str, value: float, least: int) -> None:
    """Refuse what is less, or no number, by a `ValueError`."""
    if not value >= least:
        raise ValueError(f"`{name}` must be {least} or more. Received: {value}")


def check_suffix(path: str | os.PathLike[str], suffix: str) -> None:
    """Refuse a file of another name, by a `ValueError`."""
    if not os.fspath(path).endswith(suffix):
        raise ValueError(f"`path` must end with {suffix}. Received: {path}")
