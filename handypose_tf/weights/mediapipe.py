"""MediaPipe's weights for its networks in Keras, out of its own model files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handypose_tf.backbones.mediapipe_landmark import weighted_layers as hand_layers
from handypose_tf.backbones.mediapipe_palm import weighted_layers as palm_layers
from handypose_tf.errors import ModelError
from handypose_tf.hand import NUM_KEYPOINTS
from handypose_tf.litert.interpreter import open_interpreter
from handypose_tf.weights.assign import assign
from handypose_tf.weights.mediapipe_files import (
    LANDMARK_SIZE,
    MEDIAPIPE_FILES,
    mediapipe_file,
)

#: Backbone -> the network that it is the beginning of.
BACKBONES = {
    "mediapipe_full": "landmark_full",
    "mediapipe_lite": "landmark_lite",
    "mediapipe_palm": "palm_full",
}

#: A picture in 0..255 is what the networks know as 0..1.
INPUT_SCALE = 255.0

#: The landmark networks count pixels from the first one's centre: half a pixel more is
#: from the picture's edge. Measured (30 November 2026): x and the mirror image's x add
#: up to 222.8 in the mean of 367 hands in photos (lite 222.7 of 323), where 223 is
#: from centres and 224 from edges.
PIXEL_CENTRE = 0.5

#: Of the published weights.
LICENCE, TRAINING_DATA = "Apache-2.0", "MediaPipe Hands, as published"

#: The layers that tell where points are, and what they tell: x, y and depth.
_POINT_HEADS, _NUMBERS = ("top_landmarks", "top_world_landmarks"), 3

#: Operation -> its constant as Keras has it: kernels by height, width, in and out.
_TO_KERAS: dict[str, Callable[[NDArray], NDArray]] = {
    "CONV_2D": lambda kernel: kernel.transpose(1, 2, 3, 0),
    "DEPTHWISE_CONV_2D": lambda kernel: kernel.transpose(1, 2, 3, 0),
    "FULLY_CONNECTED": np.transpose,
    "PRELU": lambda slopes: slopes,
}


def load_mediapipe(layers: Iterable[Any], backbone: str) -> None:
    """Load MediaPipe's weights into the layers of a model that it has too.

    Args:
        layers: The model's layers: a backbone's, and those of the heads behind a
            landmark network where the model has points; others are passed over.
        backbone: One of `BACKBONES`.

    Raises:
        ModelError: If MediaPipe has no such backbone.
        DataError: As `mediapipe_file`.
    """
    if backbone not in BACKBONES:
        raise ModelError(
            f"MediaPipe has no weights for the backbone {backbone}; it has those of "
            f"{', '.join(BACKBONES)}"
        )
    path = mediapipe_file(BACKBONES[backbone])
    own = {layer.name: layer for layer in layers if layer.weights}
    if "points_x" in own:
        arrays = network_arrays(BACKBONES[backbone], path, own["points_x"].units)
        arrays |= _head_arrays(arrays)
    else:
        arrays = network_arrays(BACKBONES[backbone], path)
    shared = {name: arrays[name] for name in arrays if name in own}
    assign((own[name] for name in shared), shared, str(path))


def _head_arrays(arrays: dict[str, list[NDArray]]) -> dict[str, list[NDArray]]:
    """Return a landmark network's heads as those of a HandyPose with points.

    These give x and y in 0..1 in place of pixels, and a left hand in place of a right.
    """
    kernel, bias = arrays["top_landmarks"]
    points = [kernel / LANDMARK_SIZE, (bias + PIXEL_CENTRE) / LANDMARK_SIZE]
    return {
        "points_x": [array[..., 0::_NUMBERS] for array in points],
        "points_y": [array[..., 1::_NUMBERS] for array in points],
        "depth": [array[..., 2::_NUMBERS] / LANDMARK_SIZE for array in (kernel, bias)],
        "world": arrays["top_world_landmarks"],
        "handedness_dense": [-array for array in arrays["top_handedness"]],
        "presence": arrays["top_presence"],
    }


def network_arrays(
    network: str, path: Path, num_keypoints: int = NUM_KEYPOINTS
) -> dict[str, list[NDArray]]:
    """Return a file's arrays by the names of the layers that take them.

    Args:
        network: One of `mediapipe_files.FILES`.
        path: The file.
        num_keypoints: Points of a landmark network; those behind the 21 begin in the
            hand's middle: with the mean of the others' weights.

    Raises:
        ModelError: If the file is another network, or LiteRT cannot load it.
    """
    kind, _, variant = network.partition("_")
    layers = hand_layers if kind == "landmark" else palm_layers
    names, arrays = [*layers(variant)], [*read_arrays(path)]
    if len(names) != len(arrays):
        raise ModelError(
            f"{path}: {len(arrays)} operations with float16 weights, {network} of "
            f"{MEDIAPIPE_FILES.requirement} has {len(names)}"
        )
    arrays[0][0] = arrays[0][0] / INPUT_SCALE
    return {
        name: [_for_points(a, num_keypoints) for a in each]
        if name in _POINT_HEADS
        else each
        for name, each in zip(names, arrays, strict=True)
    }


def _for_points(array: NDArray, count: int) -> NDArray:
    """Return a point head's kernel or bias, `(..., 63)`, for so many points."""
    points = array.reshape(*array.shape[:-1], NUM_KEYPOINTS, _NUMBERS)
    further = [points.mean(axis=-2, keepdims=True)] * (count - NUM_KEYPOINTS)
    wanted = np.concatenate([points[..., :count, :], *further], axis=-2)
    return wanted.reshape(*array.shape[:-1], -1)


def read_arrays(path: Path) -> Iterator[list[NDArray]]:
    """Yield each operation's float16 arrays as Keras', in the file's order.

    Raises:
        ModelError: If LiteRT cannot load the file.
    """
    interpreter = open_interpreter(path, delegate=False, remedy="fetch it again")
    operations = interpreter._get_ops_details()
    halves = {
        operation["outputs"][0]: operation["inputs"][0]
        for operation in operations
        if operation["op_name"] == "DEQUANTIZE"
    }
    for operation in operations:
        turn = _TO_KERAS.get(operation["op_name"])
        if turn is not None:
            constants = [halves[i] for i in operation["inputs"] if i in halves]
            values = [interpreter.get_tensor(i).astype(np.float32) for i in constants]
            if values:
                yield [turn(values[0]), *values[1:]]
