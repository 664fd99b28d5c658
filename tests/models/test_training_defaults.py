"""A model of ours trains by `fit` with batches and losses that fit it."""

from __future__ import annotations

import layouts
import numpy as np
import pytest
import tiny
from tensorflow import keras

from handypose_tf.data import open_source
from handypose_tf.data.pipeline import HandPipeline
from handypose_tf.models import handypose


@pytest.mark.parametrize("heads", [{}, {"handedness": True, "presence": True}])
def test_fit(tmp_path, heads):
    tiny.add_backbone()
    keras.utils.set_random_seed(1)
    facts = {name: value for name, value in tiny.MODEL.items() if name != "preset"}
    model = handypose("handypose_lite0", **facts, **heads)
    model.describe(crop_scale=1.7)
    hands = open_source(
        f"coco:{layouts.write_coco(tmp_path, count=8)}/annotations.json"
    )
    pipeline = HandPipeline.for_model(model, hands, 4, num_threads=1)
    assert (pipeline.image_size, pipeline.crop_scale) == ((64, 64), 1.7)
    _, targets = next(iter(pipeline.batches(0)))
    assert targets.keys() == {"heatmaps", *heads}
    model.compile(keras.optimizers.Adam(1e-3), **model.compile_defaults())
    history = model.fit(pipeline.batches(0), shuffle=False, verbose=0).history
    names = {name.removeprefix("heatmaps_") for name in history}
    assert {"loss", "pck", "epe", "auc"} <= names
    assert all(np.isfinite(values).all() for values in history.values())
