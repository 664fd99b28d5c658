"""Reading pickles of numpy arrays without running what others wrote into them.

A pickle is a programme: loading one can call any function. Here only what arrays are
made of can be named, everything else is refused before it is called.
"""

from __future__ import annotations

import builtins
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np

from handypose_tf.data.parsing import FileError

_BUILTINS = frozenset(
    {"bytearray", "complex", "frozenset", "list", "range", "set", "slice"}
)

#: What rebuilds numpy arrays and scalars: asked of an array itself, since the module
#: that holds them was renamed in numpy 2 and warns under its old name.
_NUMPY = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("multiarray", "_reconstruct"): np.zeros(1).__reduce__()[0],
    ("multiarray", "scalar"): np.float64(0).__reduce__()[0],
    ("numeric", "_frombuffer"): np.zeros(1).__reduce_ex__(5)[0],
}
_NUMPY_MODULES = re.compile(r"numpy(\._?core\.(multiarray|numeric))?")


class _ArrayUnpickler(pickle.Unpickler):
    """Admits numpy arrays and builtin containers alone."""

    def find_class(self, module: str, name: str) -> Any:
        """Return a harmless constructor by its name.

        Raises:
            UnpicklingError: If the pickle names anything else.
        """
        if module in ("builtins", "__builtin__") and name in _BUILTINS:
            return getattr(builtins, name)
        if (module, name) == ("_codecs", "encode"):
            return _encode
        key = module.rpartition(".")[2], name
        if _NUMPY_MODULES.fullmatch(module) and key in _NUMPY:
            return _NUMPY[key]
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")


def _encode(text: str, encoding: str) -> bytes:
    """Rebuild bytes as pickles of protocol 2 hold them: as text of 256 characters."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"it asks for the encoding {encoding!r}")
    return text.encode("latin1")


def load_arrays(path: Path) -> Any:
    """Load a pickle of dicts, lists, numbers, text and numpy arrays.

    Raises:
        FileError: If the file is missing, cut off, or holds anything else.
    """
    try:
        with path.open("rb") as file:
            return _ArrayUnpickler(file, encoding="latin1").load()
    except FileNotFoundError as error:
        raise FileError(path, "no such file; is the data set complete?") from error
    except pickle.UnpicklingError as error:
        raise FileError(path, f"refused to load this pickle: {error}") from error
    except (EOFError, OSError) as error:
        raise FileError(path, "the pickle is cut off; fetch it again") from error
    except (
        AttributeError,
        ImportError,
        IndexError,
        KeyError,
        MemoryError,
        OverflowError,
        TypeError,
        ValueError,
    ) as error:
        raise FileError(path, f"not a pickle of arrays: {error}") from error
