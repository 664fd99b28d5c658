"""The waterfall blocks WASP and WASPv2.

A waterfall is a cascade of atrous convolutions, each fed by the one before it, whose
outputs are joined: the fields of view of a spatial pyramid at the cost of a cascade.

References:
    Artacho and Savakis, "UniPose", CVPR 2020 (WASP); "OmniPose", 2021 (WASPv2).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensorflow import keras

from handypose_tf.layers.bilinear_resize import BilinearResize
from handypose_tf.layers.block import Block
from handypose_tf.layers.conv_stack import apply_layers, conv_stack, convolution


@keras.utils.register_keras_serializable("handypose_tf")
class WaterfallV2(Block):
    """Joins a cascade of atrous convolutions and a global average (WASPv2).

    Each step's output is the next one's input. All steps and the pooled branch are
    concatenated and merged by a 1x1 convolution.

    `call` uses sub-layers only: use the block as one layer, or put its sub-layers
    straight into a functional graph by `block.call(keras_tensors)`.

    Args:
        filters: Channels of every step and of the output.
        rates: Atrous rates of the steps; a first rate of 1 makes a 1x1 convolution.
        separable: Use depthwise separable convolutions for the 3x3 steps.
        relu: `"relu"` or `"relu6"`.
        dropout: Rate of the dropout at the end; 0 leaves it out.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: `(batch, height, width, channels)`, the deepest features.

    Output shape:
        `(batch, height, width, filters)`

    Examples:
        >>> WaterfallV2(64)(tf.zeros((1, 12, 12, 320))).shape
        TensorShape([1, 12, 12, 64])
    """

    def __init__(
        self,
        filters: int = 256,
        rates: Sequence[int] = (1, 6, 12, 18),
        *,
        separable: bool = False,
        relu: str = "relu",
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not rates or min(rates) < 1:
            raise ValueError(f"`rates` must be atrous rates >= 1. Received: {rates}")
        self.filters = filters
        self.rates = [int(rate) for rate in rates]
        self.separable = separable
        self.relu = relu
        self.dropout = dropout
        self._create_steps()
        self._create_pool()
        self._create_merge()

    def _create_steps(self) -> None:
        for i, rate in enumerate(self.rates):
            stack = conv_stack(
                self.filters,
                1 if i == 0 and rate == 1 else 3,
                dilation_rate=rate,
                separable=self.separable,
                relu=self.relu,
                name=f"{self.name}_step{i + 1}",
                dtype=self.dtype_policy,
            )
            setattr(self, f"step{i + 1}", stack)

    def _create_pool(self) -> None:
        name = f"{self.name}_pool"
        self.pool = [
            keras.layers.GlobalAveragePooling2D(
                keepdims=True, name=name, dtype=self.dtype_policy
            ),
            *conv_stack(
                self.filters, relu=self.relu, name=name, dtype=self.dtype_policy
            ),
        ]
        self.pool_resize = BilinearResize(
            name=f"{name}_resize", dtype=self.dtype_policy
        )

    def _create_merge(self) -> None:
        name = f"{self.name}_merge"
        self.join = keras.layers.Concatenate(
            name=f"{self.name}_concat", dtype=self.dtype_policy
        )
        self.merge = conv_stack(
            self.filters, relu=self.relu, name=name, dtype=self.dtype_policy
        )
        if self.dropout:
            self.merge.append(
                keras.layers.Dropout(
                    self.dropout, name=f"{name}_dropout", dtype=self.dtype_policy
                )
            )

    def cascade(self, inputs: Any) -> list[Any]:
        """Return the output of every step."""
        outputs = []
        for i in range(len(self.rates)):
            inputs = apply_layers(getattr(self, f"step{i + 1}"), inputs)
            outputs.append(inputs)
        return outputs

    def call(self, inputs: Any) -> Any:
        """Join the cascade's steps and the pooled branch."""
        return self._merge(inputs, self.cascade(inputs))

    def _merge(self, deepest: Any, steps: list[Any]) -> Any:
        pooled = self.pool_resize([apply_layers(self.pool, deepest), deepest])
        return apply_layers(self.merge, self.join([*steps, pooled]))

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the deepest features' grid with `filters` channels."""
        return (*input_shape[:-1], self.filters)


@keras.utils.register_keras_serializable("handypose_tf")
class Waterfall(WaterfallV2):
    """UniPose's first waterfall (WASP), as released.

    As `WaterfallV2`, with wider rates and dropout, and with one bias-free 1x1
    convolution, shared by all steps, applied twice to each step's output before the
    join.

    Args:
        filters: See `WaterfallV2`.
        rates: See `WaterfallV2`.
        dropout: See `WaterfallV2`.
        **kwargs: Further arguments of `WaterfallV2` and of `keras.layers.Layer`.
    """

    def __init__(
        self,
        filters: int = 256,
        rates: Sequence[int] = (1, 12, 18, 24),
        *,
        dropout: float = 0.5,
        **kwargs: Any,
    ) -> None:
        super().__init__(filters, rates, dropout=dropout, **kwargs)
        self.shared = convolution(
            filters, name=f"{self.name}_shared_conv", dtype=self.dtype_policy
        )

    def call(self, inputs: Any) -> Any:
        """Join the cascade's steps, each through the shared convolution twice."""
        steps = [self.shared(self.shared(step)) for step in self.cascade(inputs)]
        return self._merge(inputs, steps)
