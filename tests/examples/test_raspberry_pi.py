from __future__ import annotations

import json
import subprocess
import sys

import cv2
import numpy as np
import pytest
import raspberry_pi

from handypose_tf import HandPoseEstimator
from handypose_tf.litert.shipped import SAVED_MODELS

#: Runs the example and then tells which of these the process has loaded.
RUN = """
import runpy, sys
sys.argv = ["raspberry_pi.py", *sys.argv[1:]]
try:
    runpy.run_path(sys.argv.pop(1), run_name="__main__")
finally:
    heavy = {"tensorflow", "keras", "tf_keras", "torch", "matplotlib", "handypose_tf"}
    print(sorted(heavy & sys.modules.keys()), file=sys.stderr)
"""


@pytest.fixture
def run():
    """Run the example in a process of its own; return its lines as JSON."""

    def start(*words) -> list[dict]:
        result = subprocess.run(
            [sys.executable, "-c", RUN, raspberry_pi.__file__, *map(str, words)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert result.stderr.splitlines()[-1] == "[]"
        return [json.loads(line) for line in result.stdout.splitlines()]

    return start


@pytest.mark.parametrize(
    ("precision", "pixels"), [("float16", 0.05), ("int8", 1.0)]
)  # in int8, pixels of a crop that differ by a rounding move points by a step
def test_a_photo_with_a_box(run, photo, truth, precision, pixels):
    model = SAVED_MODELS / f"handypose_mediapipe_full_192_{precision}.tflite"
    [hand] = HandPoseEstimator(model, refine=False).predict(photo, [truth["box"]])
    box = ",".join(map(str, truth["box"]))
    [found] = run(model, photo, "--box", box, "--threads", 1)
    points = np.array(found["keypoints"])
    assert points.shape == (21, 3)
    np.testing.assert_allclose(points[:, :2], hand.keypoints, atol=pixels)


def test_a_photo_is_searched(run, shipped, photo, truth):
    [found] = run(shipped, photo)
    error = np.array(found["keypoints"])[:, :2] - truth["keypoints"]
    assert np.linalg.norm(error, axis=1).mean() < 0.1 * max(truth["box"][2:])


def test_a_film_follows_the_hand(run, shipped, photo, tmp_path):
    """The hand moves right by 25 pixels a frame, and so do its keypoints."""
    picture, path = cv2.imread(str(photo)), str(tmp_path / "film.avi")
    height, width = picture.shape[:2]
    film = cv2.VideoWriter(path, cv2.VideoWriter.fourcc(*"MJPG"), 10, (width, height))
    for i in range(4):
        film.write(np.roll(picture, 25 * i, axis=1))
    film.release()
    found = np.array([each["keypoints"] for each in run(shipped, "--camera", path)])
    assert found.shape == (4, 21, 3)
    middles = found[..., :2].mean(axis=1)
    np.testing.assert_allclose(np.diff(middles, axis=0), [[25, 0]] * 3, atol=6)


def test_a_picture_without_a_hand_gives_null(run, shipped, tmp_path):
    path = tmp_path / "grey.png"
    cv2.imwrite(str(path), np.full((80, 120, 3), 128, np.uint8))
    [found] = run(shipped, path)
    assert found["keypoints"] is None


def test_typed_input_is_quantised(shipped):
    model = raspberry_pi.HandModel(str(shipped), 1)
    model._input = {"dtype": np.int8, "quantization": (1.0, -128)}
    values = model._typed(np.array([0, 128, 255], np.uint8))
    assert values.dtype == np.int8 and values.tolist() == [-128, 0, 127]
