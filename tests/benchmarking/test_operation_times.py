from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from handypose_tf.benchmarking.operation_times import (
    DECODING,
    OperationTime,
    operation_table,
    operation_times,
    times_by_kind,
)
from handypose_tf.litert.cut_operations import cut_operations
from handypose_tf.litert.macs import count_tflite_macs, tensor_shapes
from handypose_tf.litert.shipped import find_model


@pytest.fixture(scope="module")
def path():
    return find_model("handypose_mediapipe_full_192_float16")


@pytest.fixture(scope="module")
def whole(path) -> Interpreter:
    """The whole network after a run, with all that it computed."""
    interpreter = Interpreter(
        str(path),
        num_threads=1,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        experimental_preserve_all_tensors=True,
    )
    interpreter.allocate_tensors()
    [source] = interpreter.get_input_details()
    picture = np.random.default_rng(0).uniform(0, 255, source["shape"])
    interpreter.set_tensor(source["index"], picture.astype(np.float32))
    interpreter.invoke()
    return interpreter


def test_each_cut_out_operation_computes_what_it_did_in_the_network(path, whole):
    details = whole._get_ops_details()
    tensors = whole.get_tensor_details()
    names = {each["name"]: each["index"] for each in tensors}
    counts = Counter(each["name"] for each in tensors)
    cuts = dict(cut_operations(path.read_bytes(), tensor_shapes(path)))
    unpacked = sum(each["op_name"] == "DEQUANTIZE" for each in details)
    assert unpacked > 100 and len(cuts) + unpacked == len(details)
    num_compared = 0
    for file in list(cuts.values())[::7]:
        part = Interpreter(model_content=file, num_threads=1)
        part.allocate_tensors()
        ends = [*part.get_input_details(), *part.get_output_details()]
        if any(counts[end["name"]] > 1 for end in ends):
            continue  # network and decoder were joined: some names are in both
        num_compared += 1
        for source in part.get_input_details():
            values = whole.get_tensor(names[source["name"]])
            part.set_tensor(source["index"], values)
        part.invoke()
        for target in part.get_output_details():
            expected = whole.get_tensor(names[target["name"]])
            found = part.get_tensor(target["index"])
            np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
    assert num_compared >= 15


def test_times_of_a_shipped_file(path):
    times = operation_times(path)
    assert sum(each.macs for each in times) == count_tflite_macs(path).total
    kinds = {each.kind: each for each in times_by_kind(times)}
    assert kinds["DEPTHWISE_CONV_2D 5x5"].count == 10 and kinds[DECODING].count > 10


def test_a_free_batch_is_one(tmp_path):
    """With a free batch the converter leaves shapes open around an atrous layer."""
    import tensorflow as tf

    picture = tf.keras.Input((16, 16, 4))
    atrous = tf.keras.layers.Conv2D(8, 3, padding="same", dilation_rate=2)
    model = tf.keras.Model(picture, atrous(picture))
    path = tmp_path / "atrous.tflite"
    path.write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())
    times = operation_times(path)
    assert "SPACE_TO_BATCH_ND" in {each.kind for each in times}
    macs = sum(each.macs for each in times)
    assert macs == count_tflite_macs(path).total == 16 * 16 * 9 * 4 * 8


def test_table():
    times = [
        OperationTime("ADD", 1.0, 0),
        OperationTime("CONV_2D 1x1", 1.0, 4_000_000),
        OperationTime("CONV_2D 1x1", 2.0, 2_000_000),
    ]
    assert operation_table(times)[1] == [
        ["CONV_2D 1x1", "2", "3.000", "75.0", "2.0"],
        ["ADD", "1", "1.000", "25.0", "-"],
    ]
