"""From the raw outputs of MediaPipe's palm detector to hands, inside the graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow import keras

from handypose_tf.layers.configured import Configured
from handypose_tf.layers.decode_centers import NUM_MAPS

#: Stride of each grid of anchors and anchors a cell, in the outputs' order.
ANCHOR_GRIDS = ((8, 2), (16, 6))

#: Places of the wrist and of the middle finger's knuckle among an anchor's numbers:
#: centre and sides of the palm's box, seven points, a logit.
_WRIST, _KNUCKLE = slice(4, 6), slice(8, 10)

#: From the palm's box to the hand: its middle lies this many sides of the box towards
#: the fingers, as MediaPipe has it; the longer side of its tight box is this many.
HAND_SHIFT, HAND_SIZE = 0.5, 1.4

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
        anchor = tf.gather(tf.constant(self._anchors()), index)
        center, sides = anchor + facts[..., :2], facts[..., 2:4]
        towards = facts[..., _KNUCKLE] - facts[..., _WRIST]
        length = tf.sqrt(tf.reduce_sum(towards**2, axis=-1, keepdims=True))
        direction = towards / tf.maximum(length, _LEAST_LENGTH)
        side = tf.reduce_max(sides, axis=-1, keepdims=True)
        center += HAND_SHIFT * side * direction
        size = tf.constant(self.image_size[::-1], tf.float32)
        hand = HAND_SIZE * side / size
        return tf.concat([center / size, hand, direction, best[..., None]], axis=-1)

    def _peaks(self, logits: Any) -> Any:
        """Return the score of each anchor that is the best around, 0 of the others."""
        peaks, start = [], 0
        for rows, columns, count in self._grids():
            end = start + rows * columns * count
            grid = tf.reshape(logits[:, start:end], (-1, rows, columns, count))
            scores = tf.sigmoid(grid)
            cells = tf.reduce_max(scores, axis=-1, keepdims=True)
            highest = tf.nn.max_pool2d(cells, 3, 1, "SAME")
            kept = tf.where(scores >= highest, scores, tf.zeros_like(scores))
            peaks.append(tf.reshape(kept, (-1, rows * columns * count)))
            start = end
        return tf.concat(peaks, axis=-1)

    def _grids(self) -> list[tuple[int, int, int]]:
        """Return rows, columns and anchors a cell of each grid."""
        height, width = self.image_size
        return [(height // s, width // s, count) for s, count in ANCHOR_GRIDS]

    def _anchors(self) -> Any:
        """Return the anchors' centres, `(anchors, 2)` float32, pixels from the edge."""
        layers = []
        for (rows, columns, count), (stride, _) in zip(
            self._grids(), ANCHOR_GRIDS, strict=True
        ):
            x, y = np.meshgrid(np.arange(columns), np.arange(rows))
            cells = np.stack([x, y], axis=-1).reshape(-1, 2)
            layers.append(np.repeat((cells + 0.5) * stride, count, axis=0))
        return np.concatenate(layers).astype(np.float32)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return `(batch, max_hands, 7)`."""
        return (input_shape[0], self.max_hands, NUM_MAPS)
