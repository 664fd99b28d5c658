from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from dot_model import (
    MODEL_SIZE,
    dot_image,
    metadata,
    true_keypoints,
    write_dot_model,
    write_mean_model,
)

from handypose_tf.errors import ModelError
from handypose_tf.inference import LiteRTModel
from handypose_tf.litert import network
from handypose_tf.litert.metadata import write_metadata

SHIFT = np.array([3.0, -2])


@pytest.fixture
def centers() -> np.ndarray:
    return np.array([[15.0, 20], [44, 12], [30, 50]])


@pytest.fixture
def crops(centers) -> np.ndarray:
    shifted = centers + SHIFT
    return np.stack([dot_image(64, 64, points, 4) for points in (centers, shifted)])


def assert_finds(model, crops, centers):
    keypoints = model.run(crops).keypoints
    assert keypoints.shape == (2, 21, 3) and keypoints.dtype == np.float32
    for found, true in zip(keypoints, (centers, centers + SHIFT), strict=True):
        pixels = found[:, :2] * MODEL_SIZE - 0.5
        np.testing.assert_allclose(pixels, true_keypoints(true), atol=0.05)
        np.testing.assert_allclose(found[:, 2], 1, atol=1e-5)


def test_finds_dots_in_every_crop(dot_model, crops, centers):
    assert_finds(LiteRTModel(dot_model, num_threads=1), crops, centers)


def test_unsigned_input(tmp_path, crops, centers):
    path = write_dot_model(tmp_path / "a.tflite", dtype="uint8")
    assert_finds(LiteRTModel(path), crops, centers)


def test_int8_input_and_output_are_scaled(tmp_path):
    model = LiteRTModel(write_mean_model(tmp_path / "a.tflite"))
    crop = np.full((1, 64, 64, 3), (51, 102, 204), np.uint8)
    found = model.run(crop).keypoints
    np.testing.assert_allclose(255 * found, [[[51, 102, 204]]], atol=1.01)
    assert found.dtype == np.float32


def test_heatmaps(dot_model, crops, centers):
    heatmaps = LiteRTModel(dot_model).run_heatmaps(crops)
    assert heatmaps.shape == (2, 16, 16, 21)
    row, column = np.unravel_index(heatmaps[0, :, :, 0].argmax(), (16, 16))
    np.testing.assert_allclose((4 * column + 1.5, 4 * row + 1.5), centers[0], atol=3)


def test_results_do_not_share_memory_with_the_runtime(dot_model, crops):
    model = LiteRTModel(dot_model)
    first = model.run(crops[:1]).keypoints
    kept = first.copy()
    model.run(crops[1:])
    np.testing.assert_array_equal(first, kept)


def test_a_file_without_heatmaps(tmp_path, crops):
    path = write_dot_model(tmp_path / "a.tflite", heatmaps=False)
    assert LiteRTModel(path).run_heatmaps(crops) is None


def test_metadata(dot_model):
    assert LiteRTModel(dot_model).metadata == metadata()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"image_size": (32, 32)}, r"needs an input 'image' \(1, 32, 32, 3\)"),
        (
            {"keypoint_names": ("a", "b"), "skeleton": ()},
            r"needs an output 'keypoints' \(1, 2, 3\)",
        ),
    ],
)
def test_file_and_metadata_must_agree(dot_model, tmp_path, changes, message):
    path = tmp_path / "a.tflite"
    path.write_bytes(dot_model.read_bytes())
    write_metadata(path, metadata(**changes))
    with pytest.raises(ModelError, match=message):
        LiteRTModel(path)


def test_a_file_that_is_no_model(tmp_path):
    path = tmp_path / "a.tflite"
    path.write_bytes(b"hello, I am a text")
    with pytest.raises(ModelError, match=r"a\.tflite: not a \.tflite file"):
        LiteRTModel(path)
    write_metadata(path, metadata())
    with pytest.raises(ModelError, match=r"a\.tflite: LiteRT cannot load it"):
        LiteRTModel(path)


def test_threads_must_be_positive(dot_model):
    with pytest.raises(ValueError, match="`num_threads` must be 1 or more"):
        LiteRTModel(dot_model, num_threads=0)


def test_a_file_without_a_signature(dot_model, monkeypatch):
    plain = SimpleNamespace(get_signature_runner=refuse, get_signature_list=dict)
    monkeypatch.setattr(network, "open_interpreter", lambda *_: plain)
    with pytest.raises(ModelError, match=r"has 0 signatures, needs one; export it"):
        LiteRTModel(dot_model)


def refuse():
    raise ValueError("No signature provided")
