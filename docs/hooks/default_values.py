"""Shows constants among the defaults of arguments by their values, not their names."""

from __future__ import annotations

import ast
import contextlib
from typing import Any

import griffe


class DefaultValues(griffe.Extension):
    """Puts the value in the place of a constant's name."""

    def on_function(
        self, *, func: griffe.Function, loader: griffe.GriffeLoader, **_: Any
    ) -> None:
        """Change a function that has been read; what is no literal stays a name."""
        for parameter in func.parameters:
            name = str(parameter.default)
            if name.isidentifier() and name.isupper():
                with contextlib.suppress(KeyError, ValueError, griffe.GriffeError):
                    path = func.module.resolve(name)
                    value = str(loader.modules_collection.get_member(path).value)
                    ast.literal_eval(value)
                    parameter.default = value
