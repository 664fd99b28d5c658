"""The configuration that Keras saves of a layer or loss, read off its constructor."""

from __future__ import annotations

import inspect
from typing import Any

_Base: Any = object


class Configured(_Base):
    """Tells Keras a constructor's arguments, each kept under its own name.

    Stands before the Keras class among the bases.
    """

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        config: dict[str, Any] = super().get_config()
        for kind in type(self).__mro__:
            if issubclass(kind, Configured) and "__init__" in vars(kind):
                parameters = [*inspect.signature(kind.__init__).parameters.values()]
                named = [p.name for p in parameters[1:] if p.kind != p.VAR_KEYWORD]
                config |= {name: getattr(self, name) for name in named}
        return config
