from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from handypose_tf.benchmarking import matrix_product_models, product_rates
from handypose_tf.benchmarking.matrix_product import product_model
from handypose_tf.benchmarking.measurement import Measurement
from handypose_tf.benchmarking.worker import Loading


def run(content: bytes, picture: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the result and the weights."""
    interpreter = Interpreter(model_content=content, num_threads=1)
    interpreter.allocate_tensors()
    [source], [target] = (
        interpreter.get_input_details(),
        interpreter.get_output_details(),
    )
    interpreter.set_tensor(source["index"], picture)
    interpreter.invoke()
    weights = interpreter.get_tensor(1)[:, 0, 0]
    return interpreter.get_tensor(target["index"]), weights


def test_float_product():
    picture = np.random.default_rng(1).normal(0, 1, (1, 4, 4, 24)).astype(np.float32)
    result, weights = run(product_model("float32", 4, 24), picture)
    np.testing.assert_allclose(result, picture @ weights.T, rtol=1e-4, atol=1e-5)


def test_int8_product():
    picture = np.random.default_rng(1).integers(-128, 128, (1, 4, 4, 24), np.int8)
    result, weights = run(product_model("int8", 4, 24), picture)
    exact = picture.astype(float) @ weights.T.astype(float) * 0.02 * 0.002 / 0.15
    np.testing.assert_allclose(result, np.clip(exact, -128, 127), atol=0.51)


def test_models_and_their_rates(tmp_path):
    contenders = matrix_product_models(tmp_path)
    assert [each.is_int8 for each in contenders] == [False] * 3 + [True] * 3
    assert contenders[0].macs == 32 * 32 * 256 * 256
    assert all(each.partitions == 1 for each in contenders)
    times = np.array([3.0, 2, 4])
    found = [Measurement(c, 1, Loading(1, None), times) for c in contenders]
    largest = 32 * 32 * 1e3 / 2
    assert product_rates(found) == {
        (False, 1): pytest.approx(largest * 1024**2),
        (True, 1): pytest.approx(largest * 2048**2),
    }
