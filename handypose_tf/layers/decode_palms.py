"""From the raw outputs of MediaPipe's palm detector to hands, inside the graph."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from tensorflow import keras

from handypose_tf.layers.configured import Configured
from handypose_tf.layers.decode_centers import NUM_MAPS
from handypose_tf.palm import (
    ANCHOR_GRIDS,
    PALM_MIDDLE_KNUCKLE,
    PALM_SHIFT,
    PALM_WRIST,
    anchors,
)

#: Places of the wrist and of the middle finger's knuckle among an anchor's numbers.
_WRIST, _KNUCKLE = (
    slice(4 + 2 * point, 6 + 2 * point) for point in (PALM_WRIST, PALM_MIDDLE_KNUCKLE)
)

#: The longer side of the hand's tight box is this many sides of the palm's box.
HAND_SIZE = 1.4

#: No direction is told where wrist and knuckle are nearer than this, pixels.
_LEAST_LENGTH = 1e-3


@keras.utils.register_keras_serializable("handypose_tf")
class DecodePalms(Configured, keras.layers.Layer):
    """Finds the best palms of a grid of anchors and tells the hands around them.

    A palm is the best anchor of a cell that none of its eight neighbours exceeds.
    Always computes in float32; holds no weights; a batch of any size.

    Args:
        image_size: `(height, width)` of the network's input in pixels.
        max_hands: Number of hands that are given, the best first; where there are
            fewer, the rest have score 0.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape:
        `(batch, anchors, 19)`, raw: offset of the palm's centre from the anchor, width
        and height of its box, offsets of its seven points, all in pixels of the input,
        and the logit of a palm

    Output shape:
        `(batch, max_hands, 7)` float32, as that of `DecodeCenters`

    References:
        Zhang et al., "MediaPipe Hands: On-device Real-time Hand Tracking", 2020.
    """

    def __init__(
        self,
        image_size: tuple[int, int] = (192, 192),
        *,
        max_hands: int = 16,
        **kwargs: Any,
    ) -> None:
        kwargs["dtype"] = "float32"
        super().__init__(**kwargs)
        self.image_size = tuple(int(side) for side in image_size)
        self.max_hands = max_hands

    def call(self, inputs: Any) -> Any:
        """Decode the anchors."""
        facts = tf.cast(inputs, tf.float32)
        best, index = tf.math.top_k(self._peaks(facts[..., -1]), self.max_hands)
        facts = tf.gather(facts, index, batch_dims=1)
        anchor = tf.gather(tf.constant(anchors(*self.image_size)), index)
        center, sides = anchor + facts[..., :2], facts[..., 2:4]
        towards = facts[..., _KNUCKLE] - facts[..., _WRIST]
        length = tf.sqrt(tf.reduce_sum(towards**2, axis=-1, keepdims=True))
        direction = towards / tf.maximum(length, _LEAST_LENGTH)
        side = tf.reduce_max(sides, axis=-1, keepdims=True)
        center += PALM_SHIFT * side * direction
        size = tf.constant(self.image_size[::-1], tf.float32)
        hand = HAND_SIZE * side / size
        return tf.concat([center / size, hand, direction, best[..., None]], axis=-1)

    def _peaks(self, logits: Any) -> Any:
        """Return the score of each anchor that is the best around, 0 of the others."""
        peaks, start = [], 0
        height, width = self.image_size
        for stride, count in ANCHOR_GRIDS:
            rows, columns = height // stride, width // stride
            end = start + rows * columns * count
            grid = tf.reshape(logits[:, start:end], (-1, rows, columns, count))
            scores = tf.sigmoid(grid)
            cells = tf.reduce_max(scores, axis=-1, keepdims=True)
            highest = tf.nn.max_pool2d(cells, 3, 1, "SAME")
            kept = tf.where(scores >= highest, scores, tf.zeros_like(scores))
            peaks.append(tf.reshape(kept, (-1, rows * columns * count)))
            start = end
        return tf.concat(peaks, axis=-1)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return `(batch, max_hands, 7)`."""
        return (input_shape[0], self.max_hands, NUM_MAPS)
