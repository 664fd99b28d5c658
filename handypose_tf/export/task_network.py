"""The pose network in the contract of MediaPipe's hand landmark model.

Input `(1, S, S, 3)` float32 RGB in 0..1. Outputs, found by their order: landmarks `(1,
63)`, x, y, z of 21 points in pixels of the input, counted from its corner; the chance
of a hand, `(1, 1)`; that of a right hand in the picture as it is, `(1, 1)`; the points
in metres, `(1, 63)`. Depth and metres are 0 where the network does not know them.

The decoding is `DecodeHeatmaps`' `"dark"` in other operations: GPU delegates have no
`ARG_MAX` and no `GATHER`, and MediaPipe's runs a network wholly or not at all.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import tensorflow as tf
from ai_edge_litert import schema_py_generated as schema

from handypose_tf.export.graphs import head_flatbuffer
from handypose_tf.export.litert import body_bytes
from handypose_tf.export.quantization import Quantization
from handypose_tf.layers.decode_heatmaps import smooth_heatmaps
from handypose_tf.litert.flatbuffer import join_decoder, pack_model, read_model
from handypose_tf.models import HandyPose

#: Names of the outputs, in the order that MediaPipe takes them.
OUTPUTS = ("landmarks", "presence", "handedness", "world_landmarks")

#: Cells this far below the highest one are no peak. 1 / 3e4 is what float16 can hold.
_SHARPNESS = 3e4

#: Share of the smoothed map by which equal cells, of which 8-bit maps have many, are
#: told apart: about one step of 8 bits.
_TIE_BREAK = 0.02

#: Least height that a logarithm is taken of, and least curvature; normal in float16.
_LEAST = 1e-4

#: Derivatives of a 5x5 patch at its middle, as in `DecodeHeatmaps`: the cells' weights
#: by (row, column) from the middle.
_DERIVATIVES: dict[str, dict[tuple[int, int], float]] = {
    "dx": {(0, 1): 0.5, (0, -1): -0.5},
    "dy": {(1, 0): 0.5, (-1, 0): -0.5},
    "dxx": {(0, 2): 0.25, (0, 0): -0.5, (0, -2): 0.25},
    "dyy": {(2, 0): 0.25, (0, 0): -0.5, (-2, 0): 0.25},
    "dxy": {(1, 1): 0.25, (-1, 1): -0.25, (1, -1): -0.25, (-1, -1): 0.25},
}
_REACH = 2


def task_network(model: HandyPose, precision: str, quantization: Quantization) -> bytes:
    """Convert a model with a head for presence; no metadata yet.

    Where it has none for the side, that is told as one half: not known.

    Args:
        model: The model.
        precision: Of its body; the ends are float.
        quantization: Calibration crops, for int8.
    """
    decode = decode_landmarks if model.has_heatmaps else point_landmarks
    is_deep = model.description.world
    sources = [model.maps_name, *["depth"] * is_deep]
    side = ("handedness", _right_hand) if model.has_handedness else ("presence", _even)
    metres = ("world", _as_it_is) if is_deep else ("presence", _nothing)
    further = {
        "presence": head_flatbuffer(model, "presence", tf.sigmoid),
        "handedness": head_flatbuffer(model, *side),
        "world_landmarks": head_flatbuffer(model, *metres),
    }
    joined = join_decoder(
        body_bytes(model, precision, quantization, further=("depth",)),
        head_flatbuffer(model, sources, partial(decode, model)),
        result_name="landmarks",
        further=further,
    )
    return _take_unit_range(joined)


def decode_landmarks(model: HandyPose, heatmaps: Any, depth: Any = None) -> Any:
    """Return `(1, 63)`: x and y of each peak in pixels of the input, and its depth.

    Args:
        model: Tells what a cell is.
        heatmaps: `(1, rows, columns, 21)`.
        depth: `(1, 21)`, over the side of the input; 0 if `None`.
    """
    count = heatmaps.shape[-1]
    cells = tf.concat([*peak_cells(heatmaps)], axis=-1)
    pixels = tf.reshape(cells, (1, 2 * count)) * model.stride + model.cell_offset + 0.5
    return _by_joint(pixels, depth, model)


def point_landmarks(model: HandyPose, points: Any, depth: Any = None) -> Any:
    """Return `(1, 63)` of a network that gives points; see `decode_landmarks`.

    Args:
        model: Tells the input's size.
        points: `(1, 21, 2)`, 0..1.
        depth: As for `decode_landmarks`.
    """
    height, width = model.image_size
    flat = [tf.reshape(points[..., i], (1, points.shape[1])) for i in range(2)]
    pixels = tf.concat([flat[0] * width, flat[1] * height], axis=-1)
    return _by_joint(pixels, depth, model)


def _by_joint(pixels: Any, depth: Any, model: HandyPose) -> Any:
    """Return x, y and depth joint by joint, of all x, then all y, and all depths."""
    count, rows = pixels.shape[-1] // 2, 2
    if depth is not None:
        pixels, rows = tf.concat([pixels, depth * model.image_size[1]], axis=-1), 3
    order = np.zeros((rows, count, count, 3), np.float32)
    for row in range(rows):
        order[row, :, :, row] = np.eye(count)
    return tf.matmul(pixels, order.reshape(rows * count, 3 * count))


def peak_cells(heatmaps: Any) -> tuple[Any, Any]:
    """Return column and row of each map's peak, to a fraction, `(1, 1, 1, count)`."""
    smoothed = smooth_heatmaps(heatmaps, 1.0)
    key = heatmaps + _TIE_BREAK * smoothed
    highest = tf.nn.max_pool2d(key, heatmaps.shape[1:3], 1, "VALID")
    mask = tf.nn.relu((key - highest) * _SHARPNESS + 1.0)
    weight = _mean(mask)

    log = tf.math.log(tf.maximum(smoothed, _LEAST))
    slopes = {
        name: _mean(mask * _correlate(log, cells)) / weight
        for name, cells in _DERIVATIVES.items()
    }
    step_x, step_y = _newton_step(**slopes)
    column, fits_x = _along(mask, weight, axis=2)
    row, fits_y = _along(mask, weight, axis=1)
    fits = fits_x * fits_y
    return column + fits * step_x, row + fits * step_y


def _newton_step(dx: Any, dy: Any, dxx: Any, dyy: Any, dxy: Any) -> tuple[Any, Any]:
    """Step to the top of the parabola; nowhere, where there is none."""
    determinant = dxx * dyy - dxy * dxy
    is_peak = _is_positive(determinant) * _is_positive(-dxx)
    divisor = tf.maximum(determinant, _LEAST)
    steps = (dxy * dy - dyy * dx, dxy * dx - dxx * dy)
    x, y = (is_peak * tf.clip_by_value(s / divisor, -1.0, 1.0) for s in steps)
    return x, y


def _is_positive(values: Any) -> Any:
    return tf.minimum(tf.nn.relu(values) * _SHARPNESS, 1.0)


def _along(mask: Any, weight: Any, *, axis: int) -> tuple[Any, Any]:
    """Return the peak's place along an axis, and 1 where a whole patch fits there."""
    line = tf.reduce_mean(mask, 3 - axis, keepdims=True)
    shape, length = line.shape, mask.shape[axis]
    index = np.arange(length, dtype=np.float32)
    fits = np.minimum(index, index[::-1]) >= _REACH
    spread = [1, 1, 1, 1]
    spread[axis] = length
    places, inside = (
        _mean(line * np.broadcast_to(values.reshape(spread), shape)) / weight
        for values in (index, fits.astype(np.float32))
    )
    return places, inside


def _mean(maps: Any) -> Any:
    return tf.reduce_mean(maps, (1, 2), keepdims=True)


def _correlate(maps: Any, cells: dict[tuple[int, int], float]) -> Any:
    kernel = np.zeros((2 * _REACH + 1,) * 2, np.float32)
    for (row, column), value in cells.items():
        kernel[row + _REACH, column + _REACH] = value
    each = np.tile(kernel[..., None, None], (1, 1, maps.shape[-1], 1))
    return tf.nn.depthwise_conv2d(maps, each, (1, 1, 1, 1), "SAME")


def _right_hand(left_logit: Any) -> Any:
    return tf.sigmoid(-tf.reshape(left_logit, (1, 1)))


def _even(logit: Any) -> Any:
    """Return one half, whatever the logit."""
    return tf.sigmoid(0.0 * tf.reshape(logit, (1, 1)))


def _as_it_is(values: Any) -> Any:
    return tf.identity(values)


def _nothing(logit: Any) -> Any:
    """Return zeros that no converter takes for a constant, as outputs cannot be."""
    zero = tf.minimum(tf.nn.relu(logit), 0.0)
    return tf.matmul(zero, np.ones((1, 63), np.float32))


def _take_unit_range(content: bytes) -> bytes:
    """Put a multiplication by 255 in front of a network that takes 0..255."""
    model = read_model(content)
    graph = model.subgraphs[0]
    before = graph.tensors[graph.inputs[0]]
    picture, factor = schema.TensorT(), schema.TensorT()
    picture.name, picture.shape, picture.type = b"image", before.shape, before.type
    factor.name, factor.shape, factor.type = b"image_range", [], before.type
    factor.buffer = len(model.buffers)
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(np.float32(255).tobytes(), np.uint8)
    model.buffers.append(buffer)
    op = schema.OperatorT()
    op.opcodeIndex = len(model.operatorCodes)
    op.inputs = [len(graph.tensors), len(graph.tensors) + 1]
    op.outputs = [int(graph.inputs[0])]
    op.builtinOptionsType = schema.BuiltinOptions.MulOptions
    op.builtinOptions = schema.MulOptionsT()
    graph.tensors += [picture, factor]
    graph.operators.insert(0, op)
    graph.inputs = op.inputs[:1]
    [signature] = model.signatureDefs
    signature.inputs[0].tensorIndex = graph.inputs[0]
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.MUL
    model.operatorCodes.append(code)
    return pack_model(model)
