"""From a detector's maps to hands, inside the graph."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from tensorflow import keras

from handypose_tf.layers.configured import Configured

#: Channels of the maps: score of the centre, offset x and y, width and height,
#: direction x and y.
NUM_MAPS = 7

#: Width and height are stored as this many times the logarithm of the side in sides of
#: the input, the direction as this many times its unit vector: so that one step of an
#: 8-bit output means about as much in every channel.
SHAPE_GAIN = 4.0

#: The side of a hand is no more than this many sides of the input.
_LARGEST_SIDE = 4.0


@keras.utils.register_keras_serializable("handypose_tf")
class DecodeCenters(Configured, keras.layers.Layer):
    """Finds the best peaks of a centre map and reads the hands' shapes there.

    A peak is a cell that none of its eight neighbours exceeds. Always computes in
    float32. It holds no weights, runs on a batch of any size and converts to TFLite's
    built-in operations.

    Args:
        image_size: `(height, width)` of the network's input in pixels.
        stride: Pixels a cell; cells are centred.
        max_hands: Number of hands that are given, the best first; where there are
            fewer, the rest have score 0.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape:
        `(batch, height, width, 7)`, raw: logit of a hand's centre, offset of the centre
        from the cell in cells, `SHAPE_GAIN` times the logarithm of width and height in
        sides of the input and of the direction from the wrist to the middle knuckle

    Output shape:
        `(batch, max_hands, 7)` float32: x and y of the centre in 0..1 of the input,
        `(pixel + 0.5) / size`, width and height of the box in sides of the input,
        cos and sin of the direction (x to the right, y down), score 0..1

    References:
        Zhou et al., "Objects as points", 2019.
    """

    def __init__(
        self,
        image_size: tuple[int, int] = (256, 256),
        *,
        stride: int = 8,
        max_hands: int = 16,
        **kwargs: Any,
    ) -> None:
        kwargs["dtype"] = "float32"
        super().__init__(**kwargs)
        self.image_size = tuple(int(side) for side in image_size)
        self.stride = stride
        self.max_hands = max_hands

    def call(self, inputs: Any) -> Any:
        """Decode the maps."""
        maps = tf.cast(inputs, tf.float32)
        _, rows, columns, count = maps.shape
        scores = tf.sigmoid(maps[..., :1])
        peaks = scores >= tf.nn.max_pool2d(scores, 3, 1, "SAME")
        scores = tf.where(peaks, scores, tf.zeros_like(scores))
        best, index = tf.math.top_k(
            tf.reshape(scores, (-1, rows * columns)), self.max_hands
        )
        cells = tf.reshape(maps, (-1, rows * columns, count))
        facts = tf.gather(cells, index, batch_dims=1)
        place = tf.stack([index % columns, index // columns], axis=-1)
        pixels = self.stride * (tf.cast(place, tf.float32) + 0.5 + facts[..., 1:3])
        center = pixels / tf.constant(self.image_size[::-1], tf.float32)
        sides = tf.exp(facts[..., 3:5] / SHAPE_GAIN)
        direction = facts[..., 5:7]
        length = tf.sqrt(tf.reduce_sum(direction**2, axis=-1, keepdims=True) + 1e-9)
        return tf.concat(
            [
                center,
                tf.minimum(sides, _LARGEST_SIDE),
                direction / length,
                best[..., None],
            ],
            axis=-1,
        )

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return `(batch, max_hands, 7)`."""
        return (input_shape[0], self.max_hands, NUM_MAPS)
