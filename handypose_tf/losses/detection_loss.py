"""What a hand detector is taught: where centres are, and the shapes there.

Hands come as `(batch, max_hands, 7)` float32: x and y of the centre, width and height,
all in sides of the input; cos and sin of the direction from the wrist to the middle
knuckle (x to the right, y down), both 0 where nobody knows it; and what it is: `HAND`,
`IGNORED` (there may be a hand in this box, the loss looks away) or 0 (nothing).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import tensorflow as tf
from tensorflow import keras

from handypose_tf.hand import HAND, IGNORED
from handypose_tf.layers.configured import Configured
from handypose_tf.layers.decode_centers import SHAPE_GAIN

#: Standard deviation of a centre's Gaussian, cells: a constant and a share of the
#: hand's longer side.
_SIGMA, _SIGMA_GROWTH = 0.5, 0.06

#: Shapes are taught where the Gaussian is higher than this.
_SHAPE_REGION = 0.3

#: Exponents of the focal loss: of the error, and of the distance from a centre.
_FOCUS, _REDUCTION = 2.0, 4.0


class DetectionTargets(NamedTuple):
    """What the maps should be.

    Attributes:
        heat: `(batch, rows, columns)`, 1 in a centre's cell, falling off around it.
        looked_at: `(batch, rows, columns)`, 0 where the loss looks away.
        shapes: `(batch, rows, columns, 6)`, of the nearest hand, as the maps hold it.
        weights: `(batch, rows, columns)`, how much a cell's shape counts.
    """

    heat: Any
    looked_at: Any
    shapes: Any
    weights: Any


def detection_targets(hands: Any, grid: tuple[int, int]) -> DetectionTargets:
    """Return the maps for hands.

    Args:
        hands: `(batch, max_hands, 7)`, see above.
        grid: Rows and columns of the maps.
    """
    hands = tf.cast(hands, tf.float32)[:, None, None]
    size = tf.constant(grid[::-1], tf.float32)
    center, sides = hands[..., :2] * size, hands[..., 2:4]
    columns, rows = tf.meshgrid(*(tf.range(n, dtype=tf.float32) for n in grid[::-1]))
    cells = tf.stack([columns, rows], axis=-1)[None, :, :, None]
    kind = hands[..., 6]
    sigma = _SIGMA + _SIGMA_GROWTH * tf.reduce_max(sides * size, axis=-1)
    distance = tf.reduce_sum((cells - tf.floor(center)) ** 2, axis=-1)
    each = tf.where(kind == HAND, tf.exp(-0.5 * distance / sigma**2), 0.0)
    heat = tf.reduce_max(each, axis=-1)
    inside = tf.abs(cells + 0.5 - center) <= 0.5 * sides * size + 0.5
    hidden = tf.reduce_any(tf.reduce_all(inside, -1) & (kind == IGNORED), axis=-1)
    looked_at = tf.where(hidden & (heat < _SHAPE_REGION), 0.0, 1.0)
    offset = center - cells - 0.5
    log_sides = SHAPE_GAIN * tf.math.log(tf.maximum(sides, 1e-3))
    direction = SHAPE_GAIN * hands[..., 4:6]
    rest = tf.concat([log_sides, direction], axis=-1)
    every = tf.concat([offset, rest + tf.zeros_like(offset[..., :1])], axis=-1)
    nearest = tf.argmax(each, axis=-1)
    shapes = tf.gather(every, nearest, batch_dims=3)
    return DetectionTargets(
        heat, looked_at, shapes, tf.where(heat > _SHAPE_REGION, heat, 0.0)
    )


def center_loss(logits: Any, targets: DetectionTargets) -> Any:
    """Return the penalty-reduced focal loss, summed over the cells, `(batch,)`."""
    heat = targets.heat
    found = tf.sigmoid(logits)
    hit = tf.cast(heat >= 1.0, tf.float32)
    positive = hit * (1 - found) ** _FOCUS * tf.math.softplus(-logits)
    negative = (1 - hit) * (1 - heat) ** _REDUCTION
    negative *= found**_FOCUS * tf.math.softplus(logits)
    return tf.reduce_sum((positive + negative) * targets.looked_at, axis=(1, 2))


def shape_loss(shapes: Any, targets: DetectionTargets) -> Any:
    """Return the absolute error of the six shape maps, `(batch,)`.

    It is the mean over the cells around centres, weighted by their closeness. A
    direction that is not known teaches nothing.
    """
    errors = tf.abs(shapes - targets.shapes)
    is_known = tf.reduce_any(targets.shapes[..., 4:] != 0, axis=-1, keepdims=True)
    turned = tf.where(is_known, errors[..., 4:], 0.0)
    errors = tf.reduce_sum(tf.concat([errors[..., :4], turned], axis=-1), axis=-1)
    errors *= targets.weights
    total = tf.reduce_sum(targets.weights, axis=(1, 2))
    return tf.reduce_sum(errors, axis=(1, 2)) / tf.maximum(total, 1.0)


@keras.utils.register_keras_serializable("handypose_tf")
class DetectionLoss(Configured, keras.losses.Loss):
    """Focal loss on centres plus absolute error of the shapes around them.

    Args:
        shape_weight: What the shapes count beside the centres.
        **kwargs: `name` and `reduction` of `keras.losses.Loss`.

    Call arguments:
        y_true: `(batch, max_hands, 7)`, hands as this module says.
        y_pred: `(batch, rows, columns, 7)`, a detector's raw maps, float32.

    References:
        Zhou et al., "Objects as points", 2019 (focal loss on centres). Liu et al.,
        "Training-time-friendly network", AAAI 2020 (shapes taught around a centre).
    """

    def __init__(self, shape_weight: float = 0.25, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shape_weight = shape_weight

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each example, `(batch,)` float32."""
        truth, maps = tf.cast(y_true, tf.float32), tf.cast(y_pred, tf.float32)
        targets = detection_targets(truth, tuple(maps.shape[1:3]))
        count = tf.reduce_sum(tf.cast(truth[..., 6] == HAND, tf.float32), axis=-1)
        mean_count = tf.maximum(tf.reduce_mean(count), 1.0)
        centers = center_loss(maps[..., 0], targets) / mean_count
        return centers + self.shape_weight * shape_loss(maps[..., 1:], targets)
