"""From heatmaps to keypoints, inside the graph."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from tensorflow import keras

from handypose_tf.checks import check_choice
from handypose_tf.layers.configured import Configured

METHODS = ("argmax", "quarter", "dark", "soft_argmax")

#: Cells to each side of the peak that a method looks at.
_REACH = {"argmax": 0, "quarter": 1, "dark": 2, "soft_argmax": 2}


@keras.utils.register_keras_serializable("handypose_tf")
class DecodeHeatmaps(Configured, keras.layers.Layer):
    """Finds each heatmap's peak, to a fraction of a cell, and its score.

    Always computes in float32. It holds no weights, runs on a batch of any size and
    converts to TFLite's built-in operations. Nearer to the border than a method looks,
    the highest cell stands, as in the methods' own code: beyond the border nothing is
    known, and a step from there errs by up to a cell.

    Args:
        method: `"argmax"`: the highest cell. `"quarter"`: a quarter of a cell towards
            the higher neighbour (Newell et al., 2016). `"dark"`: one Newton step on
            the logarithm of the smoothed map (Zhang et al., 2020).
            `"soft_argmax"`: the centre of mass of the 5x5 cells around the peak, which
            a wider peak draws to their middle. Mean error on clean Gaussians of
            standard deviation 2, in cells: .253, .125, .000 and .148.
        image_size: `(height, width)` of the network's input in pixels.
        stride: Pixels a cell.
        cell_offset: Pixel that cell 0 stands for; `None` for centred cells,
            `(stride - 1) / 2`.
        smoothing: Standard deviation in cells of the Gaussian that `"dark"` applies
            first; 0 for none.
        calibration: `(slope, offset)`: scores become `sigmoid(slope * peak + offset)`,
            the chance that a keypoint is right; `None` leaves the peak.
        **kwargs: Arguments of `keras.layers.Layer`.

    Input shape:
        `(batch, height, width, num_keypoints)`, raw heatmaps

    Output shape:
        `(batch, num_keypoints, 3)` float32: x and y in 0..1 of the input,
        `(pixel + 0.5) / size`, and a score: the peak's height clipped to 0..1,
        calibrated or not

    References:
        Zhang et al., "Distribution-aware coordinate representation for human pose
        estimation", CVPR 2020.
    """

    def __init__(
        self,
        method: str = "dark",
        image_size: tuple[int, int] = (368, 368),
        *,
        stride: int = 8,
        cell_offset: float | None = None,
        smoothing: float = 1.0,
        calibration: tuple[float, float] | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs["dtype"] = "float32"
        super().__init__(**kwargs)
        check_choice("method", method, METHODS)
        self.method = method
        self.image_size = tuple(int(side) for side in image_size)
        self.stride = stride
        self.cell_offset = (stride - 1) / 2 if cell_offset is None else cell_offset
        self.smoothing = smoothing
        self.calibration = tuple(calibration) if calibration is not None else None

    def call(self, inputs: Any) -> Any:
        """Decode the heatmaps."""
        heatmaps = tf.cast(inputs, tf.float32)
        height, width, count = heatmaps.shape[1:]
        flat = tf.reshape(
            tf.transpose(heatmaps, (0, 3, 1, 2)), (-1, count, height * width)
        )
        index = tf.argmax(flat, axis=-1, output_type=tf.int32)
        column, row = index % width, index // width
        peak = tf.stack([column, row], axis=-1)
        cells = tf.cast(peak, tf.float32) + self._offset(heatmaps, peak)
        pixels = cells * self.stride + self.cell_offset
        size = tf.constant(self.image_size[::-1], tf.float32)
        score = tf.clip_by_value(tf.reduce_max(flat, axis=-1, keepdims=True), 0.0, 1.0)
        if self.calibration is not None:
            slope, offset = self.calibration
            score = tf.sigmoid(slope * score + offset)
        return tf.concat([(pixels + 0.5) / size, score], axis=-1)

    def _offset(self, heatmaps: Any, peak: Any) -> Any:
        """Return the fraction of a cell to add to the peak, `(batch, count, 2)`."""
        if self.method == "argmax":
            return 0.0
        if self.method == "dark" and self.smoothing:
            heatmaps = smooth_heatmaps(heatmaps, self.smoothing)
        reach = _REACH[self.method]
        step = {
            "quarter": _quarter_step,
            "dark": _newton_step,
            "soft_argmax": _center_of_mass,
        }[self.method](_patches(heatmaps, peak, reach))
        last = tf.constant([heatmaps.shape[2] - 1, heatmaps.shape[1] - 1])
        fits = tf.reduce_all((peak >= reach) & (peak <= last - reach), -1, True)
        return tf.where(fits, step, tf.zeros_like(step))

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """Return `(batch, num_keypoints, 3)`."""
        return (input_shape[0], input_shape[-1], 3)


def smooth_heatmaps(heatmaps: Any, sigma: float) -> Any:
    """Blur every map by a Gaussian that reaches three standard deviations.

    Down the columns, then along the rows: the same as by a square kernel, for which
    XNNPACK has no fast code (48 x 48 x 21 cells, one thread: 0.05 against 0.90 ms).
    """
    radius = max(1, round(3 * sigma))
    line = tf.exp(-0.5 * (tf.range(-radius, radius + 1, dtype=tf.float32) / sigma) ** 2)
    line /= tf.reduce_sum(line)
    kernel = tf.tile(line[:, None, None, None], (1, 1, heatmaps.shape[-1], 1))
    for each in (kernel, tf.transpose(kernel, (1, 0, 2, 3))):
        heatmaps = tf.nn.depthwise_conv2d(heatmaps, each, (1, 1, 1, 1), "SAME")
    return heatmaps


def _patches(heatmaps: Any, peak: Any, reach: int) -> Any:
    """Cut out the cells around each peak; beyond the border the border is repeated.

    Returns:
        `(batch, count, 2 * reach + 1, 2 * reach + 1)`, rows before columns.
    """
    height, width, count = heatmaps.shape[1:]
    side = 2 * reach + 1
    steps = tf.range(-reach, reach + 1)
    columns = tf.clip_by_value(peak[..., 0, None] + steps, 0, width - 1)
    rows = tf.clip_by_value(peak[..., 1, None] + steps, 0, height - 1)
    index = rows[..., :, None] * width + columns[..., None, :]
    index = index * count + tf.range(count)[None, :, None, None]
    flat = tf.reshape(heatmaps, (-1, height * width * count))
    cells = tf.gather(flat, tf.reshape(index, (-1, count * side * side)), batch_dims=1)
    return tf.reshape(cells, (-1, count, side, side))


def _quarter_step(patch: Any) -> Any:
    """Step a quarter of a cell towards the higher neighbour."""
    slope_x = patch[..., 1, 2] - patch[..., 1, 0]
    slope_y = patch[..., 2, 1] - patch[..., 0, 1]
    return 0.25 * tf.sign(tf.stack([slope_x, slope_y], axis=-1))


def _newton_step(patch: Any) -> Any:
    """Step to the top of the parabola through the logarithm of a 5x5 patch."""
    log = tf.math.log(tf.maximum(patch, 1e-6))
    dx = 0.5 * (log[..., 2, 3] - log[..., 2, 1])
    dy = 0.5 * (log[..., 3, 2] - log[..., 1, 2])
    center = log[..., 2, 2]
    dxx = 0.25 * (log[..., 2, 4] - 2 * center + log[..., 2, 0])
    dyy = 0.25 * (log[..., 4, 2] - 2 * center + log[..., 0, 2])
    dxy = 0.25 * (log[..., 3, 3] - log[..., 3, 1] - log[..., 1, 3] + log[..., 1, 1])
    determinant = dxx * dyy - dxy * dxy
    is_peak = (determinant > 1e-6) & (dxx < 0)
    divisor = tf.where(is_peak, determinant, tf.ones_like(determinant))
    step = tf.stack([dxy * dy - dyy * dx, dxy * dx - dxx * dy], axis=-1)
    step = tf.clip_by_value(step / divisor[..., None], -1.0, 1.0)
    return tf.where(is_peak[..., None], step, tf.zeros_like(step))


def _center_of_mass(patch: Any) -> Any:
    """Return the centre of mass of a patch's positive part, from its middle."""
    weight = tf.maximum(patch, 0.0)
    total = tf.maximum(tf.reduce_sum(weight, axis=(-2, -1)), 1e-6)
    reach = (patch.shape[-1] - 1) // 2
    steps = tf.range(-reach, reach + 1, dtype=tf.float32)
    x = tf.reduce_sum(weight * steps, axis=(-2, -1))
    y = tf.reduce_sum(weight * steps[:, None], axis=(-2, -1))
    return tf.stack([x, y], axis=-1) / total[..., None]
