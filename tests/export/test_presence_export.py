"""Files of models with a head for presence: what they give beside the keypoints."""

from __future__ import annotations

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from small_models import SMALL
from tensorflow import keras

from handypose_tf.export import export_litert
from handypose_tf.export.demo_crops import demo_crops
from handypose_tf.inference.litert_model import LiteRTModel
from handypose_tf.models import handypose

SIDE = 64


@pytest.mark.parametrize("handedness", [False, True])
def test_the_chance_of_a_hand_comes_beside_the_keypoints(tmp_path, handedness):
    keras.utils.set_random_seed(0)
    model = handypose(
        "handypose_lite0",
        image_size=SIDE,
        overrides=SMALL,
        presence=True,
        handedness=handedness,
    )
    crops = demo_crops((SIDE, SIDE))
    head = model.get_layer("presence")
    logits = np.asarray(model.predict_on_batch(crops.astype("f"))["presence"])
    kernel, bias = head.get_weights()
    scale = 2 / logits.std()
    head.set_weights([kernel * scale, bias - logits.mean() * scale])
    logits = np.asarray(model.predict_on_batch(crops.astype("f"))["presence"])[:, 0]

    path = export_litert(model, tmp_path / "a.tflite", "float32")
    found = LiteRTModel(path)
    assert found.metadata.presence and found.metadata.handedness == handedness
    results = found.run(crops)
    assert results.presence is not None
    np.testing.assert_allclose(results.presence, 1 / (1 + np.exp(-logits)), atol=1e-4)
    assert np.ptp(results.presence) > 0.3
    assert (results.left_scores is not None) == handedness
    signature = Interpreter(str(path)).get_signature_list()["serving_default"]
    extra = ["is_left"] if handedness else []
    assert sorted(signature["outputs"]) == sorted(["keypoints", "presence", *extra])
