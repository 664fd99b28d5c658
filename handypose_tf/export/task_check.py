"""A bundle counts only after its networks were run: with LiteRT, without MediaPipe."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from handypose_tf.errors import ModelError
from handypose_tf.export.demo_crops import demo_crops
from handypose_tf.geometry import FloatArray
from handypose_tf.litert.interpreter import open_interpreter
from handypose_tf.models import HandyPose

#: Shapes that MediaPipe's graph expects of a palm detector.
_PALM_INPUT = (1, 192, 192, 3)
_PALM_OUTPUTS = ((1, 2016, 18), (1, 2016, 1))


@dataclass(frozen=True, kw_only=True)
class TaskCheck:
    """How far a landmark network lies from its model, on turned demo crops.

    Attributes:
        median: Of all landmarks' distances, in pixels of the input.
        max: The greatest one.
        presence: Greatest difference of the chance of a hand.
        handedness: Greatest difference of the chance of a right hand.
        depth: Greatest difference of depth, pixels; `None` where the model tells none.
        world: Greatest difference of points in metres; likewise.
        num_crops: Crops that both were run on.
    """

    median: float
    max: float
    presence: float
    handedness: float
    depth: float | None
    world: float | None
    num_crops: int

    def rows(self) -> Iterator[tuple[str, str]]:
        """Give names and values of a small table."""
        yield (
            "landmarks moved by",
            f"median {self.median:.2f}, max {self.max:.1f} px of the input, "
            f"{self.num_crops} crops",
        )
        yield (
            "chances moved by",
            f"presence {self.presence:.3f}, handedness {self.handedness:.3f} at most",
        )
        if self.depth is None:
            yield "depth and world landmarks", "0: the network does not know them"
        else:
            yield (
                "depth moved by",
                f"{self.depth:.2f} px, metres {self.world:.4f} at most",
            )


def run_landmarks(model: HandyPose, content: bytes) -> TaskCheck:
    """Run a landmark network and the model that it comes from on the demo crops.

    Args:
        model: The model.
        content: The `.tflite` file in MediaPipe's contract.

    Raises:
        ModelError: If LiteRT cannot run it, or it gives NaN.
    """
    crops = demo_crops(model.image_size).astype(np.float32)
    found = _run(content, crops)
    points = found.landmarks.reshape(len(crops), -1, 3)
    landmarks = points[..., :2]
    if not np.isfinite(landmarks).all():
        raise ModelError(f"{model.name}: its landmarks are NaN; train it again")
    raw = model.predict_on_batch(crops)
    own = np.asarray(model.decoder("dark")(raw[model.maps_name]))[..., :2]
    shift = np.linalg.norm(landmarks - own * model.image_size[1], axis=-1)
    left = _chance(raw["handedness"]) if model.has_handedness else 0.5
    depth = world = None
    if model.description.world:
        own_depth = np.asarray(raw["depth"]) * model.image_size[1]
        depth = _farthest(points[..., 2], own_depth)
        world = _farthest(found.world, raw["world"])
    return TaskCheck(
        median=float(np.median(shift)),
        max=float(shift.max()),
        presence=_farthest(found.presence[:, 0], _chance(raw["presence"])),
        handedness=_farthest(found.right[:, 0], 1 - left),
        depth=depth,
        world=world,
        num_crops=len(crops),
    )


def check_palm_detector(path: str | os.PathLike[str]) -> None:
    """Refuse a file that is no palm detector as MediaPipe's graph takes one.

    Raises:
        ModelError: If it is none.
    """
    interpreter = open_interpreter(path, remedy="give a palm detector")
    inputs = [tuple(map(int, d["shape"])) for d in interpreter.get_input_details()]
    outputs = [tuple(map(int, d["shape"])) for d in interpreter.get_output_details()]
    if inputs != [_PALM_INPUT] or outputs != [*_PALM_OUTPUTS]:
        raise ModelError(
            f"{path}: no palm detector for MediaPipe: takes {inputs} and gives "
            f"{outputs}, not {[_PALM_INPUT]} and {[*_PALM_OUTPUTS]}"
        )


class _Outputs(NamedTuple):
    """What a landmark network gives, in its file's order, a row a crop."""

    landmarks: NDArray
    presence: NDArray
    right: NDArray
    world: NDArray


def _run(content: bytes, crops: FloatArray) -> _Outputs:
    """Run a landmark network on crops in 0..255."""
    interpreter = open_interpreter(content, num_threads=1)
    [source] = interpreter.get_input_details()
    results = interpreter.get_output_details()
    found: list[list[NDArray]] = []
    for crop in crops:
        interpreter.set_tensor(source["index"], crop[None] / 255)
        interpreter.invoke()
        found.append([interpreter.get_tensor(each["index"])[0] for each in results])
    return _Outputs(*map(np.stack, zip(*found, strict=True)))


def _farthest(found: NDArray, expected: Any) -> float:
    return float(np.abs(found - expected).max())


def _chance(logits: NDArray) -> NDArray:
    return 1 / (1 + np.exp(-np.asarray(logits, np.float64).reshape(-1)))
