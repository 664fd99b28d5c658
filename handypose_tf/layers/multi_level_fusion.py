"""HandyPose's multi-level-feature (MLF) decoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensorflow import keras

from handypose_tf.checks import check_choice
from handypose_tf.layers.bilinear_resize import BilinearResize
from handypose_tf.layers.block import Block
from handypose_tf.layers.conv_stack import apply_layers, conv_stack, level_projections

#: Where the decoder's levels come from -> how many there are.
LEVELS = {"figure": 3, "first": 1, "released": 3}

#: How level 1 comes to the heatmaps' grid.
FIRST_LEVEL = ("max_pool", "resize", "keep")


@keras.utils.register_keras_serializable("handypose_tf")
class MultiLevelFusion(Block):
    """Joins a waterfall's output with backbone levels on the finest grid (MLF).

    Each level goes through a 1x1 convolution; level 1 is max-pooled, the other levels
    and the waterfall's output are resized to its grid, all are concatenated and pass
    two 3x3 convolutions. With 256 waterfall channels and three
    levels of 48 this makes the paper's 400 feature maps.

    `call` uses sub-layers only: use the block as one layer, or put its sub-layers
    straight into a functional graph by `block.call(keras_tensors)`.

    Args:
        filters: Channels of the two 3x3 convolutions and of the output.
        reduction: Channels that each level is projected to.
        levels: `"figure"`: backbone levels 1, 2 and 3, each by a projection of the
            decoder's own, as the paper draws it; `"first"`: level 1 alone, as in
            UniPose; `"released"`: the levels as the waterfall has projected them, as
            HandyPose's released code has it.
        first_level: `"max_pool"` halves level 1's grid, `"resize"` does so
            bilinearly, `"keep"` leaves it, for heatmaps at its own stride.
        separable: Use depthwise separable 3x3 convolutions.
        relu: `"relu"` or `"relu6"`.
        dropout: Rates of the dropouts after the two 3x3 convolutions; 0 leaves one
            out.
        shared_norm: Use one batch norm for all projections, as the released code
            does. Such a block cannot be trained quantisation-aware.
        align_corners: See `BilinearResize`; for imported weights only. It also makes
            the max-pool PyTorch's 3x3 with padding 1 in place of 2x2.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: `[level 1, level 2, level 3, waterfall]`, or `[level 1, waterfall]`
            for `"first"`, each `(batch, height, width, channels)` on its own grid.

    Output shape:
        `(batch, height, width, filters)` on level 1's grid, halved unless kept

    Examples:
        >>> inputs = [tf.zeros((1, s, s, 16)) for s in (48, 24, 12, 12)]
        >>> MultiLevelFusion(64, 16)(inputs).shape
        TensorShape([1, 24, 24, 64])

    References:
        Gupta, Artacho and Savakis, "HandyPose", Pattern Recognition 128, 2022.
    """

    def __init__(
        self,
        filters: int = 256,
        reduction: int = 48,
        *,
        levels: str = "figure",
        first_level: str = "max_pool",
        separable: bool = False,
        relu: str = "relu",
        dropout: Sequence[float] = (0.5, 0.1),
        shared_norm: bool = False,
        align_corners: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_choice("levels", levels, LEVELS)
        check_choice("first_level", first_level, FIRST_LEVEL)
        self.filters = filters
        self.reduction = reduction
        self.levels = levels
        self.first_level = first_level
        self.separable = separable
        self.relu = relu
        self.dropout = [float(rate) for rate in dropout]
        self.shared_norm = shared_norm
        self.align_corners = align_corners
        self._create_projections()
        self._create_pool()
        self._create_resizes()
        self._create_convolutions()

    def _create_projections(self) -> None:
        if self.levels == "released":
            return
        stacks = level_projections(self, LEVELS[self.levels])
        for i, stack in enumerate(stacks, start=1):
            setattr(self, f"level{i}", stack)

    def _create_pool(self) -> None:
        name, dtype = f"{self.name}_pool", self.dtype_policy
        self.pool: list[keras.layers.Layer] = []
        if self.first_level != "keep" and self.align_corners:
            self.pool = [
                keras.layers.ZeroPadding2D(1, name=f"{name}_pad", dtype=dtype),
                keras.layers.MaxPooling2D(3, 2, name=name, dtype=dtype),
            ]
        elif self.first_level != "keep":
            self.pool = [keras.layers.MaxPooling2D(2, 2, name=name, dtype=dtype)]

    def _create_resizes(self) -> None:
        first = 1 if self.first_level == "resize" else 2
        keys = [f"level{i}" for i in range(first, LEVELS[self.levels] + 1)]
        for key in (*keys, "waterfall"):
            layer = BilinearResize(
                self.align_corners,
                name=f"{self.name}_{key}_resize",
                dtype=self.dtype_policy,
            )
            setattr(self, f"{key}_resize", layer)

    def _create_convolutions(self) -> None:
        dtype = self.dtype_policy
        self.join = keras.layers.Concatenate(name=f"{self.name}_concat", dtype=dtype)
        self.convolutions: list[keras.layers.Layer] = []
        for i, rate in enumerate(self.dropout, start=1):
            name = f"{self.name}_conv{i}"
            self.convolutions += conv_stack(
                self.filters,
                3,
                separable=self.separable,
                relu=self.relu,
                name=name,
                dtype=dtype,
            )
            if rate:
                self.convolutions.append(
                    keras.layers.Dropout(rate, name=f"{name}_dropout", dtype=dtype)
                )

    def call(self, inputs: Sequence[Any]) -> Any:
        """Join the levels and the waterfall's output."""
        count = LEVELS[self.levels]
        *levels, waterfall = self.check_inputs(inputs, count, "the waterfall's output")
        if self.levels != "released":
            levels = [
                apply_layers(getattr(self, f"level{i}"), level)
                for i, level in enumerate(levels, start=1)
            ]
        grid = apply_layers(self.pool, levels[0])
        if self.first_level != "resize":
            levels[0] = grid
        joined = [self.waterfall_resize([waterfall, grid])]
        for i, level in enumerate(levels, start=1):
            if level is not grid:
                level = getattr(self, f"level{i}_resize")([level, grid])
            joined.append(level)
        return apply_layers(self.convolutions, self.join(joined))

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return level 1's grid, halved unless kept, with `filters` channels."""
        batch, *grid = input_shape[0][:3]
        if self.first_level != "keep" and self.align_corners:
            grid = [None if n is None else (n + 1) // 2 for n in grid]
        elif self.first_level != "keep":
            grid = [None if n is None else n // 2 for n in grid]
        return (batch, *grid, self.filters)
