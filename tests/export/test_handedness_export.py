"""Files of models with a handedness head: what they give and how they are split."""

from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from small_models import SMALL
from tensorflow import keras

from handypose_tf.export import Calibration, Quantization, export_litert
from handypose_tf.export.demo_crops import demo_crops
from handypose_tf.inference.keras_model import KerasModel
from handypose_tf.inference.litert_model import LiteRTModel
from handypose_tf.litert.census import op_census
from handypose_tf.models import handypose, save_model

SIDE = 64


@pytest.fixture(scope="module")
def model():
    """A small model whose logits are a few units wide."""
    keras.utils.set_random_seed(0)
    model = handypose(
        "handypose_lite0", image_size=SIDE, overrides=SMALL, handedness=True
    )
    head = model.get_layer("handedness")
    crops = demo_crops((SIDE, SIDE)).astype(np.float32)

    def logits() -> np.ndarray:
        return np.asarray(model.predict_on_batch(crops)["handedness"]).ravel()

    kernel, bias = head.get_weights()
    head.set_weights([kernel * 2 / logits().std(), bias])
    head.set_weights([head.get_weights()[0], bias - logits().mean()])
    return model


@pytest.fixture(scope="module")
def chances(model, tmp_path_factory) -> np.ndarray:
    path = save_model(model, tmp_path_factory.mktemp("keras") / "a.keras")
    keypoints, sides, *_ = KerasModel(path).run(demo_crops((SIDE, SIDE)))
    assert keypoints.shape == (len(sides), 21, 3)
    assert sides.min() < 0.3 and sides.max() > 0.7
    return sides


@pytest.mark.parametrize(
    ("precision", "tolerance"), [("float32", 1e-4), ("int8", 0.15)]
)
def test_the_side_comes_beside_the_keypoints(
    model, chances, tmp_path, precision, tolerance
):
    crops = demo_crops((SIDE, SIDE))
    calibration = Calibration(np.resize(crops, (36, SIDE, SIDE, 3)), "demo")
    quantization = Quantization(calibration=calibration)
    if precision == "float32":
        quantization = Quantization()
    path = export_litert(
        model,
        tmp_path / "a.tflite",
        precision,
        heatmaps=True,
        quantization=quantization,
    )
    found = LiteRTModel(path)
    assert found.metadata.handedness
    assert found.run_heatmaps(crops[:1]).shape == (1, 16, 16, 21)
    keypoints, sides, presence, _ = found.run(crops)
    assert keypoints.shape == (len(crops), 21, 3) and presence is None
    assert np.abs(sides - chances).mean() < tolerance
    census = op_census(path)
    assert census.body_partitions == 1 and not census.body_not_delegated
    assert census.tail["LOGISTIC"] == 1 and "CONV_2D" not in census.tail
    assert not census.body.keys() & {"AVERAGE_POOL_2D", "TILE", "MUL"}
    assert census.body["MEAN"] == 1  # which waterfall and head share
    # Apps that know of one output alone take the first.
    outputs = Interpreter(str(path)).get_output_details()
    shapes = [tuple(output["shape"]) for output in outputs]
    assert shapes == [(1, 21, 3), (1, 1), (1, 16, 16, 21)]
