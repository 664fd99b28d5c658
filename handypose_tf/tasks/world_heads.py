"""Heads for three dimensions, fitted to an encoder that was trained.

No loss teaches them. They are linear: the least change of their weights makes them say
of the encoder's features now what they said before its training.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow import keras
from tqdm import tqdm

from handypose_tf.data.pipeline import HandPipeline
from handypose_tf.data.sample import NO_HAND
from handypose_tf.geometry import FloatArray
from handypose_tf.models import HandyPose

#: The heads, `Dense` layers that all read the same features.
WORLD_HEADS = ("depth", "world")

#: Crops of a batch, and one hand in so many only tells whether it helped. By crops it
#: does not tell: of eight hands' crops .22 seemed left of the error, of others .32.
_BATCH, _HELD_BACK = 32, 10

#: So many times more places are drawn than crops are wanted: some hold no hand.
_PLACES = 8

#: What keeps fitted weights near the first ones, over the features' mean square.
_RIDGE = 0.01


class HeadFit(NamedTuple):
    """How far a head is from what it should say, of hands that it was not fitted on.

    Attributes:
        before: Mean distance of each value with the teacher's weights.
        after: With those that it has now.
    """

    before: float
    after: float


def fit_world_heads(
    model: HandyPose, teacher: HandyPose, pipeline: HandPipeline, num_crops: int = 3200
) -> dict[str, HeadFit]:
    """Let the heads say of the model's features what a teacher's say of its own.

    Ridge regression. A head that this brings no nearer, of hands that are held back,
    has the teacher's weights. Measured on 67 held-out hands in photos of people after
    runs behind stride 16 (1 December 2026): where eight hands were trained on, joints
    are 25 mm off unfitted and 10 fitted, of a hundred hands 30 and 9. Few hands want
    many crops: by 12 of each of the eight 60 % of the values' error is left, by 100 of
    each 45.

    Args:
        model: Its heads are changed, unless its encoder is the teacher's.
        teacher: The model before its encoder was trained.
        pipeline: Gives the hands, changed as in training.
        num_crops: Hands to look at; of few data each often.

    Returns:
        For `"depth"` and `"world"` what came of it; nothing where nothing is to be
        fitted: the encoder is the teacher's, or there are not two hands.
    """
    networks = [_before_heads(each) for each in (model, teacher)]
    if all(map(np.array_equal, *(each.get_weights() for each in networks))):
        return {}
    (own, taught), hands = _look_at_hands(networks, pipeline, num_crops)
    is_held_back = np.isin(hands, np.unique(hands)[::_HELD_BACK])
    if is_held_back.all():
        return {}
    fits = {}
    for name in WORLD_HEADS:
        kernel, bias = teacher.get_layer(name).get_weights()
        missing = (taught - own) @ kernel
        change = _ridge(own[~is_held_back], missing[~is_held_back])
        left = missing - own @ change[:-1] - change[-1]
        before, after = (float(np.abs(x[is_held_back]).mean()) for x in (missing, left))
        if after < before:
            kernel, bias = kernel + change[:-1], bias + change[-1]
        model.get_layer(name).set_weights([kernel, bias])
        fits[name] = HeadFit(before, min(before, after))
    return fits


def _before_heads(model: HandyPose) -> keras.Model:
    """Return the network from the picture to what the heads read."""
    return keras.Model(model.input, model.get_layer(WORLD_HEADS[0]).input)


def _look_at_hands(
    networks: list[keras.Model], pipeline: HandPipeline, num_crops: int
) -> tuple[list[FloatArray], NDArray[np.int64]]:
    """Return each network's features of crops, and which hand each crop shows.

    Places without a hand are passed over.
    """
    drawn = replace(pipeline, samples_per_epoch=_PLACES * num_crops)
    order = drawn.order(0)
    is_hand = np.array([(each.visibility != NO_HAND).all() for each in drawn.records])
    places = np.flatnonzero(is_hand[order])[:num_crops]
    if not len(places):
        return [np.empty((0, 0)) for _ in networks], places
    batches = drawn.samples(0, places).map(_picture).batch(_BATCH).prefetch(1)
    bar = tqdm(batches, "fitting keypoints_3d", disable=None, delay=2)
    looks = [[network(each, training=False) for network in networks] for each in bar]
    features = zip(*looks, strict=True)
    return [np.concatenate(each).astype(np.float64) for each in features], order[places]


def _picture(sample: dict[str, tf.Tensor]) -> tf.Tensor:
    return tf.cast(sample["image"], tf.float32)


def _ridge(features: FloatArray, goal: FloatArray) -> FloatArray:
    """Return the least weights, the bias in the last row, that lead near a goal."""
    wide = np.column_stack([features, np.ones(len(features))])
    square = wide.T @ wide
    diagonal = np.arange(features.shape[1])
    penalty = _RIDGE * np.trace(square[:-1, :-1]) / len(diagonal)
    square[diagonal, diagonal] += max(penalty, 1e-12)
    solved: FloatArray = np.linalg.solve(square, wide.T @ goal)
    return solved
