"""PyTorch's files written by hand, as its format has them; hostile ones are refused."""

from __future__ import annotations

import os
import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handypose_tf.errors import ModelError
from handypose_tf.weights.state_dict import read_state_dict

VALUES = np.arange(6, dtype="<f4")

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


class Global:
    """Pickled as a name in a module, whether that is installed or not."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class Call:
    """Pickled as a call, and what is set on its result if there is a state."""

    def __init__(self, function: Any, *arguments: Any, state: Any = None) -> None:
        self.function, self.arguments, self.state = function, arguments, state


class Id:
    """Pickled as a persistent id."""

    def __init__(self, *words: Any) -> None:
        self.words = words


def dump(value: Any) -> bytes:
    return b"\x80\x02" + _body(value) + b"."


def _body(value: Any) -> bytes:
    """Return a pickle's instructions for a value, protocol 2."""
    if isinstance(value, Global):
        return f"c{value.module}\n{value.name}\n".encode()
    if isinstance(value, Call):
        made = _body(value.function) + _body(value.arguments) + b"R"
        return made if value.state is None else made + _body(value.state) + b"b"
    if isinstance(value, Id):
        return _body(value.words) + b"Q"
    if isinstance(value, tuple):
        return b"(" + b"".join(map(_body, value)) + b"t"
    if isinstance(value, dict):
        items = b"".join(_body(k) + _body(v) for k, v in value.items())
        return b"}(" + items + b"u"
    return pickle.dumps(value, protocol=2)[2:-1]


def storage(count: Any = 6, key: str = "0", kind: str = "FloatStorage") -> Id:
    return Id("storage", Global("torch", kind), key, "cpu", count)


def tensor(
    data: Any, shape: Any = (2, 3), steps: Any = (3, 1), offset: Any = 0, **more: Any
) -> Call:
    rebuild = Global("torch._utils", "_rebuild_tensor_v2")
    return Call(rebuild, data, offset, shape, steps, False, {}, **more)


@pytest.fixture
def write(tmp_path):
    def write(content: Any, values: np.ndarray = VALUES, **options: Any) -> Path:
        path = tmp_path / "weights.pth"
        with zipfile.ZipFile(path, "w", **options) as archive:
            archive.writestr("weights/data.pkl", dump(content))
            archive.writestr("weights/data/0", values.tobytes())
            archive.writestr("weights/byteorder", "little")
        return path

    return write


def legacy(content: Any, values: np.ndarray = VALUES, count: int = 6) -> bytes:
    system = {"protocol_version": PROTOCOL, "little_endian": True, "type_sizes": {}}
    heads = map(dump, (MAGIC, PROTOCOL, system, content))
    tail = dump(["0"]) + struct.pack("<q", count) + values.tobytes()
    return b"".join(heads) + tail


def test_the_zip_format(write):
    found = read_state_dict(write({"a": tensor(storage())}))
    np.testing.assert_array_equal(found["a"], VALUES.reshape(2, 3))


def test_the_legacy_format(tmp_path):
    path = tmp_path / "a.pth"
    data = Id("storage", Global("torch", "FloatStorage"), "0", "cpu", 6, None)
    path.write_bytes(legacy({"a": tensor(data, (3, 2), (1, 3))}))
    np.testing.assert_array_equal(read_state_dict(path)["a"], VALUES.reshape(2, 3).T)


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("HalfStorage", np.array([0.5, -2], "<f2"), [0.5, -2]),
        ("LongStorage", np.array([3, -4], "<i8"), [3, -4]),
        ("BoolStorage", np.array([True, False]), [1, 0]),
        # 1 and -2.5 are 0x3f80 and 0xc020 in the upper half of a float32.
        ("BFloat16Storage", np.array([0x3F80, 0xC020], "<u2"), [1, -2.5]),
    ],
)
def test_other_types(write, kind, values, expected):
    path = write({"a": tensor(storage(2, kind=kind), (2,), (1,))}, values)
    found = read_state_dict(path)["a"]
    assert found.dtype == np.float32 and found.tolist() == expected


def test_scalars_and_empty_tensors(write):
    content = {
        "one": tensor(storage(), (), (), 4),
        "none": tensor(storage(), (0, 3), (3, 1), 6),
    }
    found = read_state_dict(write(content))
    assert found["one"] == 4 and found["none"].shape == (0, 3)


EVIL = Call(Global(os.system.__module__, "system"), "touch it-ran")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"a": EVIL}, "it asks for posix.system"),
        ({"a": Call(Global("builtins", "eval"), "1")}, "it asks for builtins.eval"),
        (Global("torch", "load"), "it asks for torch.load"),
        (Global("torch._utils", "os.system"), "it asks for"),
        ({"a": Call(Global("torch", "FloatStorage"), 3)}, "not callable"),
        ({"a": tensor(7)}, "a tensor of no storage"),
        ({"a": tensor(storage(), (2, 4), (4, 1))}, "reaches out"),
        ({"a": tensor(storage(), (2, 3), (4, 1))}, "reaches out"),
        ({"a": tensor(storage(), offset=1)}, "reaches out"),
        ({"a": tensor(storage(), (2**40, 2**40), (0, 0))}, "reaches out"),
        ({"a": tensor(storage(), offset=-1)}, "no list of whole numbers"),
        ({"a": tensor(storage(), (2, -3))}, "no list of whole numbers"),
        ({"a": tensor(storage(), (2.0, 3))}, "no list of whole numbers"),
        ({"a": tensor(storage(2**60))}, "has 24 bytes"),
        ({"a": tensor(storage(-1))}, "without a name or size"),
        ({"a": tensor(storage(key="../x"))}, "../x"),
        (Id("module", 1, 2, 3, 4), "unknown kind"),
        (Id(), "not enough values"),
    ],
)
def test_hostile_files(write, content, reason, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    path = write(content)
    with pytest.raises(ModelError) as caught:
        read_state_dict(path)
    assert reason in str(caught.value) and "\n" not in str(caught.value)
    assert not (tmp_path / "it-ran").exists()


@pytest.mark.parametrize(
    "state",
    [{"_offset": 10**9}, (None, {"_offset": 10**9}), {"_shape": (10**6,)}],
)
def test_a_checked_tensor_cannot_be_changed(write, state):
    """Else the file would read memory that is not its own."""
    path = write({"a": tensor(storage(), state=state)})
    with pytest.raises(ModelError, match="it changes what it has made"):
        read_state_dict(path)


def test_what_makes_tensors_cannot_be_changed(write):
    rebuild = Global("torch._utils", "_rebuild_tensor_v2")
    body = _body(rebuild) + _body((None, {"__doc__": "x"})) + b"b"
    path = write({})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("weights/data.pkl", b"\x80\x02" + body + b".")
    with pytest.raises(ModelError, match="it changes what it has made"):
        read_state_dict(path)


def test_a_zip_bomb_is_refused(write):
    zeros = np.zeros(10**6, "<f4")
    content = {"a": tensor(storage(10**6), (10**6,), (1,))}
    path = write(content, zeros, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(ModelError, match="compressed"):
        read_state_dict(path)


@pytest.mark.parametrize("cut", [1, 8, 30, 60])
def test_legacy_files_that_are_cut_off(tmp_path, cut):
    path = tmp_path / "a.pth"
    data = Id("storage", Global("torch", "FloatStorage"), "0", "cpu", 6, None)
    path.write_bytes(legacy({"a": tensor(data)})[:-cut])
    with pytest.raises(ModelError, match="not a checkpoint of plain tensors"):
        read_state_dict(path)


def test_a_legacy_storage_of_another_size(tmp_path):
    path = tmp_path / "a.pth"
    data = Id("storage", Global("torch", "FloatStorage"), "0", "cpu", 6, None)
    path.write_bytes(legacy({"a": tensor(data)}, count=2**50))
    with pytest.raises(ModelError, match="a storage of 6 has 1125899906842624"):
        read_state_dict(path)


def test_big_endian_files(write):
    path = write({"a": tensor(storage())})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in {**parts, "weights/byteorder": b"big"}.items():
            archive.writestr(name, data)
    with pytest.raises(ModelError, match="big-endian"):
        read_state_dict(path)
