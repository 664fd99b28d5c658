from __future__ import annotations

import numpy as np
import pytest

from handypose_tf.errors import ModelError
from handypose_tf.litert.macs import count_tflite_macs, operation_macs
from handypose_tf.litert.metadata import read_metadata
from handypose_tf.litert.shipped import find_model

#: Operation, shapes of its inputs and of its output, multiply-accumulates by hand.
CASES = {
    "3x3 to 8 channels": (
        *("CONV_2D", [(1, 10, 10, 4), (8, 3, 3, 4), (8,)], (1, 5, 5, 8)),
        25 * 8 * 9 * 4,
    ),
    "depthwise 5x5": (
        *("DEPTHWISE_CONV_2D", [(1, 7, 7, 6), (1, 5, 5, 6), (6,)], (1, 7, 7, 6)),
        49 * 25 * 6,
    ),
    "transposed": (
        *("TRANSPOSE_CONV", [(4,), (8, 2, 2, 3), (1, 5, 5, 3)], (1, 10, 10, 8)),
        25 * 8 * 4 * 3,
    ),
    "dense": ("FULLY_CONNECTED", [(2, 30), (7, 30), (7,)], (2, 7), 2 * 7 * 30),
    "two factors": ("BATCH_MATMUL", [(4, 2, 9), (4, 9, 5)], (4, 2, 5), 4 * 2 * 5 * 9),
    "no product": ("ADD", [(1, 5, 5, 3), (1, 5, 5, 3)], (1, 5, 5, 3), 0),
}


@pytest.mark.parametrize(
    ("name", "inputs", "output", "expected"), CASES.values(), ids=CASES
)
def test_by_hand(name, inputs, output, expected):
    tensors = {i: {"shape": np.array(s)} for i, s in enumerate([*inputs, output])}
    operation = {
        "op_name": name,
        "inputs": range(len(inputs)),
        "outputs": [len(inputs)],
    }
    assert operation_macs(operation, tensors) == expected


def test_a_shipped_file_has_the_macs_of_its_network():
    """The decoder's smoothing adds less than one in a hundred."""
    path = find_model("handypose_mediapipe_full_192_float16")
    network, found = read_metadata(path).macs, count_tflite_macs(path)
    assert network <= found.total < 1.01 * network
    assert found.int8 == 0


def test_not_a_model(tmp_path):
    with pytest.raises(ModelError, match="no such model file"):
        count_tflite_macs(tmp_path / "none.tflite")
    path = tmp_path / "a.tflite"
    path.write_bytes(b"a text that is no model")
    with pytest.raises(ModelError, match=r"a\.tflite: LiteRT cannot load it"):
        count_tflite_macs(path)
