"""What the blocks of several sub-layers have in common."""

from __future__ import annotations

from typing import Any

from tensorflow import keras

from handypose_tf.layers.configured import Configured


class Block(Configured, keras.layers.Layer):
    """A layer whose `call` uses sub-layers only, with no bare operations between.

    So a block can be used as one layer, or its sub-layers can be put straight into a
    functional graph by `block.call(keras_tensors)`. Sub-layers sit in attributes or in
    flat lists, their names begin with the block's, and they take over its `dtype`.
    """

    def build(self, input_shape: Any) -> None:
        """Build every sub-layer, as loading weights into a block needs it.

        Args:
            input_shape: A shape, or a list of them for a block of several inputs.
        """
        is_one = input_shape[0] is None or isinstance(input_shape[0], int)
        shapes = [input_shape] if is_one else input_shape
        inputs = [keras.Input(tuple(shape)[1:]) for shape in shapes]
        self.call(inputs[0] if is_one else inputs)
        super().build(input_shape)
