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

    def check_inputs(self, inputs: Any, num_levels: int, last: str) -> Any:
        """Return several inputs; refuse another number of them, or one tensor.

        Args:
            inputs: Backbone levels and one more.
            num_levels: How many levels there must be.
            last: What the one more is.
        """
        is_list = isinstance(inputs, list | tuple)
        if not is_list or len(inputs) != num_levels + 1:
            raise ValueError(
                f"{self.name} takes a list of {num_levels} backbone levels and {last}. "
                f"Received: {len(inputs) if is_list else 'one tensor'}"
            )
        return inputs
