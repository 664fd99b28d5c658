"""HandyPose's multi-level waterfall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tensorflow import keras

from handypose_tf.layers.bilinear_resize import BilinearResize
from handypose_tf.layers.conv_stack import apply_layers, level_projections
from handypose_tf.layers.waterfall import WaterfallV2


@keras.utils.register_keras_serializable("handypose_tf")
class MultiLevelWaterfall(WaterfallV2):
    """HandyPose's waterfall, which meets one backbone level before each atrous step.

    Before the second, third and fourth step the running features are concatenated
    with backbone level 1, 2 and 3, each through a 1x1 convolution and bilinear
    resizing (the paper's Fig. 2).

    Args:
        filters: See `WaterfallV2`.
        rates: See `WaterfallV2`; one more than there are levels.
        reduction: Channels that each level is projected to.
        shared_norm: Use one batch norm for all projections, as the released code
            does. Such a block cannot be trained quantisation-aware.
        align_corners: See `BilinearResize`; for imported weights only.
        **kwargs: Further arguments of `WaterfallV2` and of `keras.layers.Layer`.

    Call arguments:
        inputs: `[level 1, level 2, ..., deepest]`, each
            `(batch, height, width, channels)` on its own grid.

    Output shape:
        `(batch, deepest height, deepest width, filters)`

    Examples:
        >>> levels = [tf.zeros((1, s, s, 16)) for s in (48, 24, 12, 12)]
        >>> MultiLevelWaterfall(64)(levels).shape
        TensorShape([1, 12, 12, 64])

    References:
        Gupta, Artacho and Savakis, "HandyPose: Multi-level framework for hand pose
        estimation", Pattern Recognition 128, 2022.
    """

    def __init__(
        self,
        filters: int = 256,
        rates: Sequence[int] = (1, 6, 12, 18),
        *,
        reduction: int = 48,
        shared_norm: bool = False,
        align_corners: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(filters, rates, **kwargs)
        self.reduction = reduction
        self.align_corners = align_corners
        self.shared_norm = shared_norm
        self._create_levels()

    def _create_levels(self) -> None:
        dtype = self.dtype_policy
        stacks = level_projections(self, len(self.rates) - 1)
        for i, stack in enumerate(stacks, start=1):
            name = f"{self.name}_level{i}"
            setattr(self, f"level{i}", stack)
            resize = BilinearResize(
                self.align_corners, name=f"{name}_resize", dtype=dtype
            )
            setattr(self, f"level{i}_resize", resize)
            join = keras.layers.Concatenate(name=f"{name}_concat", dtype=dtype)
            setattr(self, f"level{i}_join", join)

    def project_levels(self, levels: Sequence[Any]) -> list[Any]:
        """Return every level on its own grid with `reduction` channels."""
        if len(levels) != len(self.rates) - 1:
            raise ValueError(
                f"{self.name} has {len(self.rates)} rates and takes one level less. "
                f"Received: {len(levels)} levels"
            )
        return [
            apply_layers(getattr(self, f"level{i + 1}"), level)
            for i, level in enumerate(levels)
        ]

    def call(self, inputs: Sequence[Any]) -> Any:
        """Run the cascade and meet one level before each step but the first."""
        count = len(self.rates) - 1
        *levels, deepest = self.check_inputs(inputs, count, "the deepest features")
        return self.join_levels(self.project_levels(levels), deepest)

    def join_levels(self, projected: Sequence[Any], deepest: Any) -> Any:
        """Run the cascade over levels that `project_levels` has projected."""
        running = apply_layers(self.step1, deepest)
        steps = [running]
        for i, level in enumerate(projected, start=1):
            level = getattr(self, f"level{i}_resize")([level, deepest])
            running = getattr(self, f"level{i}_join")([running, level])
            running = apply_layers(getattr(self, f"step{i + 1}"), running)
            steps.append(running)
        return self._merge(deepest, steps)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return the deepest features' grid with `filters` channels."""
        return super().compute_output_shape(input_shape[-1])
