"""A room's public names, each imported when it is first asked for (PEP 562).

A room names them once, as imports for type checkers; editors and mypy read these, and
so does `lazy_names`.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from handypose_tf.errors import MissingExtraError


def lazy_names(
    room: str, needs: tuple[str, str, str] | None = None
) -> tuple[list[str], Callable[[str], Any], Callable[[], list[str]]]:
    """Return what a room's `__all__`, `__getattr__` and `__dir__` are to be.

    Args:
        room: Its `__name__`. What its `__init__.py` imports under `TYPE_CHECKING` is
            public.
        needs: A package that may be missing, the extra that brings it, and what for.

    Examples:
        >>> if TYPE_CHECKING:  # doctest: +SKIP
        ...     from handypose_tf.models.files import load_model as load_model
        >>> __all__, __getattr__, __dir__ = lazy_names(__name__)  # doctest: +SKIP
    """
    modules = _imports_for_types(room)

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        try:
            return getattr(import_module(modules[name]), name)
        except ModuleNotFoundError as error:
            if needs is None or error.name != needs[0]:
                raise
            raise MissingExtraError(*needs) from error

    def list_all() -> list[str]:
        return sorted({*vars(sys.modules[room]), *modules})

    return [*modules], get, list_all


def _imports_for_types(room: str) -> dict[str, str]:
    """Return name -> module of what is imported under `if TYPE_CHECKING`."""
    return {
        alias.name: node.module
        for block in ast.parse(inspect.getsource(sys.modules[room])).body
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
