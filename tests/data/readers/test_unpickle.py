import collections
import os
import pickle
import subprocess

import numpy as np
import pytest

from handypose_tf.data.readers.unpickle import load_arrays
from handypose_tf.errors import DataError


@pytest.mark.parametrize("protocol", range(6))
def test_loads_arrays_of_every_protocol(tmp_path, protocol):
    value = {
        1: {"xyz": np.arange(6, dtype=np.float32).reshape(2, 3), "K": np.eye(3)[::2]},
        "scalar": np.float64(2.5),
        "bytes": b"\x00\xff",
        "things": [None, True, (1, 2.5), {3}, frozenset({4}), bytearray(b"x")],
    }
    path = tmp_path / "a.pickle"
    path.write_bytes(pickle.dumps(value, protocol))
    loaded = load_arrays(path)
    np.testing.assert_array_equal(loaded[1]["xyz"], value[1]["xyz"])
    np.testing.assert_array_equal(loaded[1]["K"], value[1]["K"])
    assert loaded["things"] == value["things"]
    assert (loaded["scalar"], loaded["bytes"]) == (2.5, b"\x00\xff")


def test_loads_what_python_2_and_numpy_1_wrote(tmp_path):
    # Protocol 0 as numpy 1 wrote it: the module was `numpy.core.multiarray`.
    data = pickle.dumps({0: np.arange(3.0)}, 2)
    old = data.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    path = tmp_path / "a.pickle"
    path.write_bytes(old)
    np.testing.assert_array_equal(load_arrays(path)[0], [0, 1, 2])


class _Runs:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    "value",
    [
        _Runs(os.system, "touch {mark}"),
        _Runs(subprocess.getoutput, "touch {mark}"),
        _Runs(eval, "open('{mark}', 'w')"),
        _Runs(exec, "open('{mark}', 'w')"),
        _Runs(open, "{mark}", "w"),
        _Runs(getattr, "a", "upper"),
        _Runs(np.save, "{mark}", 1),
        _Runs(np.fromfile, "{mark}"),
        _Runs(__import__, "antigravity"),
        collections.OrderedDict(a=1),
    ],
    ids=lambda value: getattr(value, "call", (type(value),))[0].__name__,
)
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_anything_else_is_refused_before_it_is_called(tmp_path, value, protocol):
    mark = tmp_path / "mark"
    if isinstance(value, _Runs):
        function, arguments = value.call
        arguments = tuple(
            a.format(mark=mark) if isinstance(a, str) else a for a in arguments
        )
        value = _Runs(function, *arguments)
    path = tmp_path / "evil.pickle"
    path.write_bytes(pickle.dumps({0: value}, protocol))
    with pytest.raises(DataError, match=r"evil\.pickle: refused to load this pickle"):
        load_arrays(path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("length", [0, 1, 10, 60])
def test_a_cut_off_pickle_is_named(tmp_path, length):
    path = tmp_path / "a.pickle"
    path.write_bytes(pickle.dumps({0: np.arange(30)})[:length])
    with pytest.raises(DataError, match=r"a\.pickle: "):
        load_arrays(path)


def test_a_missing_pickle_is_named(tmp_path):
    with pytest.raises(DataError, match="no such file; is the data set complete"):
        load_arrays(tmp_path / "none.pickle")
