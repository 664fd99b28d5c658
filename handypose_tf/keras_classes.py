"""Makes `keras.models.load_model` know this library's classes, whenever Keras comes.

Keras finds a class in a file by the name that it was registered under, so its module
must have been imported. Importing all of them takes TensorFlow, which prediction with a
`.tflite` does without; so they are imported when Keras is.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterable, Sequence
from types import ModuleType

#: Modules that hold registered classes, or import those that do.
_MODULES = (
    "handypose_tf.layers",
    "handypose_tf.losses",
    "handypose_tf.metrics.keras_metrics",
    "handypose_tf.models.network",
    "handypose_tf.models.detector",
)

#: What Keras is called: Keras 3 and 2.15, and Keras 2 beside TensorFlow 2.16 and later.
_KERAS = ("keras", "tf_keras")


def register_classes(finished: str = "") -> None:
    """Import the modules with registered classes where Keras is loaded already.

    Keras and TensorFlow import each other, and one of our own modules may be what
    imports them: what is half imported cannot be used yet.

    Args:
        finished: Package whose own code has just been run.
    """
    is_loaded = any(sys.modules.get(name) is not None for name in _KERAS)
    if not is_loaded or _is_half_imported({*_KERAS, "tensorflow"} - {finished}):
        return
    for module in _MODULES:
        try:
            importlib.import_module(module)
        except ImportError:
            ours = {name for name in sys.modules if name.startswith("handypose_tf.")}
            if not _is_half_imported(ours):
                raise


def register_classes_when_keras_comes() -> None:
    """Do it now, and after the imports of Keras and TensorFlow that are to come."""
    waiting = {*_KERAS, "tensorflow"} - sys.modules.keys()
    sys.meta_path.insert(0, _After(waiting))
    register_classes()


class _After(importlib.abc.MetaPathFinder):
    """Lets the usual finders import some packages, and registers behind each.

    Args:
        names: Of the packages.
    """

    def __init__(self, names: set[str]) -> None:
        self._names = names

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in self._names:
            return None
        self._names.remove(fullname)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_register(module: ModuleType) -> None:
                execute(module)
                register_classes(fullname)

            spec.loader.exec_module = execute_and_register  # type: ignore[method-assign]
        return spec


def _is_half_imported(names: Iterable[str]) -> bool:
    """Tell whether one of some modules is just being imported."""
    specs = (getattr(sys.modules.get(name), "__spec__", None) for name in names)
    return any(getattr(spec, "_initializing", False) for spec in specs)
