"""MediaPipe's networks in Keras: the numbers that LiteRT gives for its own files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from handypose_tf.export.demo_crops import demo_crops
from handypose_tf.models.mediapipe_networks import (
    import_mediapipe,
    landmark_network,
    palm_network,
)
from handypose_tf.weights.mediapipe_files import FILES

#: Output -> its place in the file, and the tolerance: pixels, chances, metres, logits.
LANDMARK_OUTPUTS = {
    "landmarks": (0, 1e-3),
    "presence": (1, 1e-5),
    "handedness": (2, 1e-5),
    "world_landmarks": (3, 2e-6),
}
PALM_OUTPUTS = {"boxes": (0, 1e-3), "logits": (1, 1e-3)}


def pictures(side: int) -> np.ndarray:
    """Return a rendered hand in 12 turns, its mirror image in 6, and noise in 2."""
    turns = demo_crops((side, side))
    noise = np.random.default_rng(0).integers(0, 256, (2, side, side, 3), np.uint8)
    return np.concatenate([turns, turns[::2, :, ::-1], noise])


def run_file(path: Path, images: np.ndarray) -> list[np.ndarray]:
    """Return a file's outputs, in its order, by LiteRT's plain kernels.

    XNNPACK's own differ from them by up to 1.5e-3 pixels (measured on these pictures).
    """
    plain = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = Interpreter(str(path), experimental_op_resolver_type=plain)
    interpreter.allocate_tensors()
    [source], ends = interpreter.get_input_details(), interpreter.get_output_details()
    rows = []
    for image in images.astype(np.float32) / 255:
        interpreter.set_tensor(source["index"], image[None])
        interpreter.invoke()
        rows.append([interpreter.get_tensor(end["index"])[0] for end in ends])
    return [np.stack(column) for column in zip(*rows, strict=True)]


@pytest.mark.parametrize(
    ("network", "side", "outputs"),
    [
        ("landmark_full", 224, LANDMARK_OUTPUTS),
        ("landmark_lite", 224, LANDMARK_OUTPUTS),
        ("palm_full", 192, PALM_OUTPUTS),
        ("palm_lite", 192, PALM_OUTPUTS),
    ],
)
def test_the_same_numbers_as_litert_gives(mediapipe_folder, network, side, outputs):
    images = pictures(side)
    assert len(images) == 20
    expected = run_file(mediapipe_folder / FILES[network], images)
    found = import_mediapipe(network)(images.astype(np.float32), training=False)
    assert found.keys() == outputs.keys()
    for name, (place, tolerance) in outputs.items():
        difference = np.abs(np.asarray(found[name]) - expected[place]).max()
        assert difference < tolerance, name
        assert np.ptp(expected[place], axis=0).max() > 100 * tolerance, name


def test_shapes_of_the_landmark_network():
    model = landmark_network("lite", num_keypoints=5, image_size=96, batch_size=2)
    shapes = {name: tuple(output.shape) for name, output in model.output.items()}
    assert shapes == {
        "landmarks": (2, 15),
        "presence": (2, 1),
        "handedness": (2, 1),
        "world_landmarks": (2, 15),
    }


def test_shapes_of_the_palm_network():
    """2 anchors a cell at stride 8 and 6 at stride 16."""
    model = palm_network("lite", image_size=64)
    anchors = 2 * 8 * 8 + 6 * 4 * 4
    assert tuple(model.output["boxes"].shape) == (None, anchors, 18)
    assert tuple(model.output["logits"].shape) == (None, anchors, 1)
