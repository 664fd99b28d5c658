from __future__ import annotations

import os
import pickle
import zipfile

import numpy as np
import pytest

from handypose_tf.errors import ModelError
from handypose_tf.weights.state_dict import read_state_dict

torch = pytest.importorskip("torch", reason="compares with PyTorch")

VALUES = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.fixture
def save(tmp_path):
    def write(content, **options):
        path = tmp_path / "model.pth"
        torch.save(content, path, **options)
        return path

    return write


def tensors(prefix: str = "") -> dict:
    return {
        f"{prefix}a.weight": torch.tensor(VALUES),
        f"{prefix}bn.num_batches_tracked": torch.tensor(7),
    }


@pytest.mark.parametrize(
    "content",
    [
        tensors(),
        tensors("module."),
        {"state_dict": tensors()},
        {"state_dict": tensors("module."), "epoch": 3, "best": 0.5},
    ],
    ids=["bare", "module", "state_dict", "both"],
)
def test_the_ways_a_checkpoint_is_written(save, content):
    arrays = read_state_dict(save(content))
    assert list(arrays) == ["a.weight"] and arrays["a.weight"].dtype == np.float32
    np.testing.assert_array_equal(arrays["a.weight"], VALUES)


def test_the_legacy_format_and_other_types(save):
    content = {
        "half": torch.tensor(VALUES).half(),
        "turned": torch.tensor(VALUES).t(),
        "learnt": torch.nn.Parameter(torch.tensor(VALUES)),
    }
    path = save(content, _use_new_zipfile_serialization=False)
    arrays = read_state_dict(path)
    np.testing.assert_array_equal(arrays["half"], VALUES)
    np.testing.assert_array_equal(arrays["turned"], VALUES.T)
    np.testing.assert_array_equal(arrays["learnt"], VALUES)
    assert all(array.flags["C_CONTIGUOUS"] for array in arrays.values())


class Evil:
    """Runs a command when it is unpickled."""

    def __init__(self, trace) -> None:
        self.trace = trace

    def __reduce__(self):
        return os.system, (f"touch '{self.trace}'",)


def test_a_file_that_would_run_code_is_refused(tmp_path):
    trace, path = tmp_path / "it-ran", tmp_path / "evil.pth"
    content = pickle.dumps({"a.weight": Evil(trace)}, protocol=2)
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"evil\.pth: not a checkpoint of plain ten"):
        read_state_dict(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("evil/data.pkl", content)
        archive.writestr("evil/version", "3\n")
    with pytest.raises(ModelError, match=r"evil\.pth: not a checkpoint of plain ten"):
        read_state_dict(path)
    assert not trace.exists()
    pickle.loads(content)
    assert trace.exists()  # so the file was dangerous indeed


def test_a_whole_pickled_module_is_refused_with_the_remedy(save):
    path = save(torch.nn.Linear(2, 2))
    with pytest.raises(ModelError, match=r"torch\.save\(model\.state_dict\(\), path\)"):
        read_state_dict(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"# a text\nfile\n", b"(lp0\n", b"\x80\x02.", b"PK\x03\x04"],
)
def test_other_files_are_refused_in_one_line(tmp_path, content):
    path = tmp_path / "a.pth"
    path.write_bytes(content)
    told = "not a checkpoint" if content else "the file is empty; fetch it again"
    with pytest.raises(ModelError, match=rf"a\.pth: {told}") as caught:
        read_state_dict(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ([1, 2], "holds no state dict, but list"),
        ({}, "holds no state dict, but dict"),
        ({"lr": 0.1}, "lr is no tensor, but float"),
        ({0: torch.tensor(VALUES)}, "0 is no tensor"),
    ],
)
def test_checkpoints_of_something_else(save, content, text):
    with pytest.raises(ModelError, match=text):
        read_state_dict(save(content))


def test_a_missing_file(tmp_path):
    with pytest.raises(ModelError, match=r"none\.pth: no such file"):
        read_state_dict(tmp_path / "none.pth")
