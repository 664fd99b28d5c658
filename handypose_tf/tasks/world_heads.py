"""Heads for three dimensions, fitted to an encoder that was trained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from tensorflow import keras

from handypose_tf.data.pipeline import HandPipeline
from handypose_tf.geometry import FloatArray
from handypose_tf.models import HandyPose

#: The heads, `Dense` layers that all read the same features.
WORLD_HEADS = ("depth", "world")

#: Crops that heads are fitted on, passes over few data for that, and one crop in so
#: many only tells whether it helped.
_CROPS, _PASSES, _HELD_BACK = 1600, 12, 10

#: What keeps fitted weights near the first ones, over the features' mean square.
_RIDGE = 0.01


class HeadFit(NamedTuple):
    """How far a head is from what it should say, on crops that it was not fitted on.

    Attributes:
        before: Mean distance of each value with the first weights.
        after: With those that it has now.
    """

    before: float
    after: float


def training_crops(pipeline: HandPipeline) -> Iterator[Any]:
    """Give batches of a training's crops with a hand, `(batch, height, width, 3)`."""
    count, batch = 0, max(pipeline.batch_size, 1)
    for epoch in range(_PASSES):
        steps = -(-(_CROPS - count) // batch)
        for image, targets in islice(pipeline.batches(epoch), max(steps, 0)):
            count += batch
            crops = image.numpy()
            if "presence" in targets:
                crops = crops[targets["presence"].numpy()[:, 0] > 0]
            if len(crops):
                yield crops


def fit_world_heads(
    models: Sequence[HandyPose], teacher: HandyPose, crops: Iterable[Any]
) -> list[dict[str, HeadFit]]:
    """Let models' heads say of their own features what a teacher's say of its own.

    Ridge regression: the least change that does it. A head that this makes no better on
    crops held back stays as it was.

    Args:
        models: Have heads that fit the teacher's encoder, not theirs; changed.
        teacher: The model before its encoder was trained.
        crops: Batches `(batch, height, width, 3)`, RGB in 0..255.

    Returns:
        For each model, for `"depth"` and `"world"`, what came of it; nothing without
        crops.
    """
    told = keras.Model(teacher.input, [teacher.output[name] for name in WORLD_HEADS])
    seen = [
        keras.Model(model.input, model.get_layer(WORLD_HEADS[0]).input)
        for model in models
    ]
    goals: list[list[Any]] = []
    features: list[list[Any]] = [[] for _ in models]
    for batch in crops:
        goals.append(told.predict_on_batch(batch))
        for network, own in zip(seen, features, strict=True):
            own.append(network.predict_on_batch(batch))
    if not goals:
        return [{} for _ in models]
    wanted = {
        name: np.concatenate([goal[number] for goal in goals]).astype(np.float64)
        for number, name in enumerate(WORLD_HEADS)
    }
    return [
        {
            name: _fit(model.get_layer(name), np.concatenate(own), wanted[name])
            for name in WORLD_HEADS
        }
        for model, own in zip(models, features, strict=True)
    ]


def _fit(layer: Any, features: FloatArray, goal: FloatArray) -> HeadFit:
    """Fit one head, if that makes it better."""
    features = features.astype(np.float64)
    held_back = np.arange(len(features)) % _HELD_BACK == 0
    kernel, bias = layer.get_weights()
    first = features @ kernel + bias
    change = _ridge(features[~held_back], (goal - first)[~held_back])
    fitted = first + features @ change[:-1] + change[-1]
    before, after = (
        float(np.abs(found - goal)[held_back].mean()) for found in (first, fitted)
    )
    if after < before:
        layer.set_weights([kernel + change[:-1], bias + change[-1]])
    return HeadFit(before, min(before, after))


def _ridge(features: FloatArray, goal: FloatArray) -> FloatArray:
    """Return the least weights, the bias in the last row, that lead near a goal."""
    wide = np.column_stack([features, np.ones(len(features))])
    square = wide.T @ wide
    diagonal = np.arange(features.shape[1])
    penalty = _RIDGE * np.trace(square[:-1, :-1]) / len(diagonal)
    square[diagonal, diagonal] += max(penalty, 1e-12)
    square[-1, -1] += 1e-12
    solved: FloatArray = np.linalg.solve(square, wide.T @ goal)
    return solved
