"""The golden file is followed step by step, as an app does, by other code than ours."""

from __future__ import annotations

import base64
import hashlib
import json

import cv2
import numpy as np
import pytest
from ai_edge_litert.compiled_model import CompiledModel
from make_golden_decode import (
    TOLERANCES,
    golden_path,
    main,
    shipped_files,
)
from raspberry_pi import crop, crop_matrix

from handypose_tf import HandPoseEstimator


@pytest.fixture(scope="module", params=shipped_files(), ids=lambda path: path.stem)
def shipped(request):
    """Each file that ships with a golden file beside it."""
    return request.param


@pytest.fixture(scope="module")
def golden(shipped):
    """What lies beside it, as an app gets it."""
    return json.loads(golden_path(shipped).read_text())


@pytest.fixture(scope="module")
def shown(golden) -> np.ndarray:
    """The crop that the file holds."""
    return decode(golden["crop"]["png_base64"])


def decode(text: str) -> np.ndarray:
    data = np.frombuffer(base64.b64decode(text), np.uint8)
    return cv2.imdecode(data, cv2.IMREAD_COLOR_RGB)


def run_compiled(path, picture: np.ndarray) -> np.ndarray:
    """Run a file by the interface that apps use."""
    model = CompiledModel.from_file(str(path))
    [source], targets = model.create_input_buffers(0), model.create_output_buffers(0)
    source.write(np.ascontiguousarray(picture, np.float32))
    model.run_by_index(0, [source], targets)
    return np.array(targets[0].read(21 * 3, np.float32)).reshape(21, 3)


def test_it_belongs_to_the_file(golden, shipped):
    """After new weights: `python examples/make_golden_decode.py`."""
    assert golden["model"]["file"] == shipped.name
    digest = hashlib.sha256(shipped.read_bytes()).hexdigest()
    assert golden["model"]["sha256"] == digest


def test_the_script_writes_it(golden, shipped, tmp_path, monkeypatch):
    place = tmp_path / "golden.json"
    words = ["make_golden_decode.py", str(shipped), "--out", str(place)]
    monkeypatch.setattr("sys.argv", words)
    main()
    written = json.loads(place.read_text())
    assert written.keys() == golden.keys()
    assert place.stat().st_size < 100_000
    np.testing.assert_allclose(
        written["keypoints"], golden["keypoints"], atol=TOLERANCES["cpu_px"]
    )


def test_the_crop_follows_from_picture_and_box(golden, shown):
    picture, model = golden["picture"], golden["model"]
    image = decode(picture["jpeg_base64"])
    assert image.shape == (picture["height"], picture["width"], 3)
    matrix = crop_matrix(picture["box"], model["crop_scale"], model["size"])
    np.testing.assert_allclose(
        matrix, golden["crop"]["matrix"], atol=TOLERANCES["matrix"]
    )
    levels = np.abs(crop(image, matrix, model["size"]).astype(int) - shown)
    assert levels.mean() < TOLERANCES["crop_mean_levels"]


def test_the_output_follows_from_the_crop(golden, shown, shipped):
    output = run_compiled(shipped, shown)
    expected = np.array(golden["output"])
    shift = np.abs(output - expected)[:, :2] * golden["model"]["size"]
    assert shift.max() < TOLERANCES["cpu_px"]
    np.testing.assert_allclose(output[:, 2], expected[:, 2], atol=0.01)


def test_the_keypoints_follow_from_the_output(golden):
    size, matrix = golden["model"]["size"], np.array(golden["crop"]["matrix"])
    pixels = np.array(golden["output"])[:, :2] * size - 0.5
    keypoints = (pixels - matrix[:2, 2]) / matrix[0, 0]
    np.testing.assert_allclose(keypoints, golden["keypoints"], atol=2e-3)


def test_they_are_the_estimator_s(golden, shipped, photo, truth):
    once = HandPoseEstimator(shipped, detector=None, refine=False)
    [hand] = once.predict(photo, [truth["box"]])
    np.testing.assert_allclose(hand.keypoints, golden["keypoints"], atol=0.01)
