"""PyTorch's files as numpy arrays, without PyTorch: tensors are read and nothing else.

Two formats: a zip archive of a pickle and raw storages, written since PyTorch 1.6, and
the older one, pickles followed by raw storages. A pickle is a program; here it may only
name storages and make tensors of them. It can change neither afterwards, as a tensor
whose bounds were checked would then read other memory.
"""

from __future__ import annotations

import collections
import io
import math
import os
import pickle
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001

_BFLOAT16 = "BFloat16Storage"

#: Name of a storage's class in `torch` -> type of its elements, little-endian.
_STORAGES: dict[str, Any] = {
    "DoubleStorage": np.dtype("<f8"),
    "FloatStorage": np.dtype("<f4"),
    "HalfStorage": np.dtype("<f2"),
    _BFLOAT16: np.dtype("<u2"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
    "ShortStorage": np.dtype("<i2"),
    "CharStorage": np.dtype("<i1"),
    "ByteStorage": np.dtype("<u1"),
    "BoolStorage": np.dtype("?"),
}

#: What a file that is none, or a hostile one, makes an unpickler raise.
_UNREADABLE = (
    *(pickle.UnpicklingError, RuntimeError, EOFError, OSError, ValueError),
    *(LookupError, AttributeError, TypeError, AssertionError, struct.error),
    *(MemoryError, OverflowError, zipfile.BadZipFile, NotImplementedError),
)


class _Sealed:
    """Refuses what a pickle wants to set on it (the instruction BUILD)."""

    __slots__ = ()

    def __setstate__(self, state: Any) -> None:
        raise pickle.UnpicklingError("it changes what it has made")


class Storage(_Sealed):
    """A tensor's elements in a file, before or after they were read.

    Args:
        kind: A key of the table of storages.
        count: Number of elements.
    """

    __slots__ = ("count", "kind", "values")

    def __init__(self, kind: str, count: int) -> None:
        self.kind, self.count = kind, count
        self.values: NDArray | None = None

    def fill(self, data: bytes) -> None:
        """Take the elements' bytes."""
        if len(data) != self.count * _STORAGES[self.kind].itemsize:
            raise ValueError(f"a storage of {self.count} has {len(data)} bytes")
        self.values = np.frombuffer(data, _STORAGES[self.kind])


class Tensor(_Sealed):
    """A view of a storage, made into an array when all storages are read.

    Args:
        storage: With its elements or without.
        offset: Of the first element.
        shape: Of the tensor.
        steps: Between two elements along each axis.
    """

    __slots__ = ("_offset", "_shape", "_steps", "_storage")

    def __init__(
        self, storage: Storage, offset: int, shape: Sequence[int], steps: Sequence[int]
    ) -> None:
        numbers = [offset, *shape, *steps]
        if not isinstance(storage, Storage) or len(shape) != len(steps):
            raise ValueError("a tensor of no storage")
        if any(type(number) is not int or number < 0 for number in numbers):
            raise ValueError("a tensor whose shape is no list of whole numbers")
        last = offset + sum((n - 1) * s for n, s in zip(shape, steps, strict=True))
        if math.prod(shape) > storage.count or last >= max(storage.count, 1):
            raise ValueError("a tensor reaches out of its storage")
        self._storage, self._offset = storage, offset
        self._shape, self._steps = tuple(shape), tuple(steps)

    def array(self) -> NDArray:
        """Return the values as an array of its own."""
        values = self._storage.values
        if values is None:
            raise ValueError("a storage is missing")
        if not math.prod(self._shape):
            return np.zeros(self._shape, values.dtype)
        steps = [step * values.itemsize for step in self._steps]
        start = values[self._offset :]
        view = np.lib.stride_tricks.as_strided(start, self._shape, steps)
        if self._storage.kind == _BFLOAT16:
            return (view.astype(np.uint32) << 16).view(np.float32)
        return np.array(view)


def read_torch_file(path: str | os.PathLike[str]) -> Any:
    """Return what `torch.save` wrote: containers, numbers, texts, and `Tensor`s.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no such file, is broken, or holds anything else, code for
            example.
    """
    with open(path, "rb") as file:
        try:
            is_zip = file.read(4) == b"PK\x03\x04"
            file.seek(0)
            return _read_zip(file) if is_zip else _read_legacy(file)
        except _UNREADABLE as error:
            raise ValueError(_first_line(error)) from error


class _Unpickler(pickle.Unpickler):
    """Admits tensors and plain containers.

    Args:
        file: At the start of a pickle.
        open_storage: From what the pickle says of a storage to the storage.
    """

    def __init__(
        self,
        file: BinaryIO,
        open_storage: Callable[[Sequence[Any]], Storage] | None = None,
    ) -> None:
        super().__init__(file, encoding="utf-8")
        self._open_storage = open_storage

    def find_class(self, module: str, name: str) -> Any:
        if module == "torch" and name in _STORAGES:
            return _StorageKind(name)
        if (module, name) in _ADMITTED:
            return _ADMITTED[module, name]
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")

    def persistent_load(self, identity: Any) -> Storage:
        if self._open_storage is None or not isinstance(identity, tuple):
            raise pickle.UnpicklingError("a storage where none belongs")
        return self._open_storage(identity)


class _StorageKind(_Sealed, str):
    """Stands for a storage's class: it cannot be called."""

    __slots__ = ()


class _RebuildTensor(_Sealed):
    __slots__ = ()

    def __call__(
        self, storage: Any, offset: Any, shape: Any, steps: Any, *_: Any
    ) -> Tensor:
        return Tensor(storage, offset, shape, steps)


class _RebuildParameter(_Sealed):
    __slots__ = ()

    def __call__(self, data: Any, *_: Any) -> Any:
        return data


_ADMITTED: Mapping[tuple[str, str], Any] = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor"): _RebuildTensor(),
    ("torch._utils", "_rebuild_tensor_v2"): _RebuildTensor(),
    ("torch._utils", "_rebuild_parameter"): _RebuildParameter(),
}


def _read_zip(file: BinaryIO) -> Any:
    with zipfile.ZipFile(file) as archive:
        names = set(archive.namelist())
        [pickled] = [name for name in names if name.endswith("/data.pkl")]
        root = pickled.removesuffix("data.pkl")
        if f"{root}byteorder" in names and archive.read(f"{root}byteorder") == b"big":
            raise ValueError("its numbers are big-endian")
        storages: dict[str, Storage] = {}

        def open_storage(identity: Sequence[Any]) -> Storage:
            key, storage = _described(identity)
            if key not in storages:
                # torch stores without compression: nothing is larger than the file.
                info = archive.getinfo(f"{root}data/{key}")
                if info.compress_type != zipfile.ZIP_STORED:
                    raise ValueError("its storages are compressed")
                storage.fill(archive.read(info))
                storages[key] = storage
            return storages[key]

        if archive.getinfo(pickled).compress_type != zipfile.ZIP_STORED:
            raise ValueError("its pickle is compressed")
        return _Unpickler(io.BytesIO(archive.read(pickled)), open_storage).load()


def _read_legacy(file: BinaryIO) -> Any:
    if _Unpickler(file).load() != _MAGIC or _Unpickler(file).load() != _PROTOCOL:
        raise ValueError("no file of torch.save")
    system = _Unpickler(file).load()
    if not isinstance(system, dict) or not system.get("little_endian"):
        raise ValueError("its numbers are big-endian")
    storages: dict[str, Storage] = {}

    def open_storage(identity: Sequence[Any]) -> Storage:
        key, storage = _described(identity)
        if len(identity) > 5 and identity[5] is not None:
            raise ValueError("a view of a storage")
        return storages.setdefault(key, storage)

    content = _Unpickler(file, open_storage).load()
    keys = _Unpickler(file).load()
    if not isinstance(keys, list) or sorted(keys) != sorted(storages):
        raise ValueError("its storages are not those that it names")
    for key in keys:
        storage = storages[key]
        [count] = struct.unpack("<q", file.read(8))
        if count != storage.count:
            raise ValueError(f"a storage of {storage.count} has {count}")
        storage.fill(file.read(count * _STORAGES[storage.kind].itemsize))
    return content


def _described(identity: Sequence[Any]) -> tuple[str, Storage]:
    """Return key and storage of a persistent id: kind, class, key, device, count."""
    word, kind, key, _, count = identity[:5]
    if word != "storage" or not isinstance(kind, _StorageKind):
        raise ValueError("a storage of an unknown kind")
    if not isinstance(key, str) or type(count) is not int or count < 0:
        raise ValueError("a storage without a name or size")
    return key, Storage(str(kind), count)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
