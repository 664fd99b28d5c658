"""MediaPipe's weights out of its files, and what is said of files that are others."""

from __future__ import annotations

import numpy as np
import pytest
from dot_model import write_dot_model
from small_models import SMALL

from handypose_tf.errors import DataError, ModelError
from handypose_tf.models import handypose
from handypose_tf.weights.mediapipe import (
    load_mediapipe,
    network_arrays,
    read_arrays,
)
from handypose_tf.weights.mediapipe_files import FILES, mediapipe_file


@pytest.mark.parametrize(
    ("network", "count"),
    [
        # Numbers in the files; those that several layers share count for each.
        ("landmark_full", 2_715_680),
        ("landmark_lite", 1_011_712),
        ("palm_full", 1_136_248),
        ("palm_lite", 963_064),
    ],
)
def test_every_number_of_a_file_is_read(mediapipe_folder, network, count):
    arrays = network_arrays(network, mediapipe_folder / FILES[network])
    assert sum(array.size for layer in arrays.values() for array in layer) == count
    kernel = arrays["stem"][0]
    assert kernel.dtype == np.float32
    assert kernel.shape == {"l": (3, 3, 3, 24), "p": (5, 5, 3, 32)}[network[0]]


def test_a_picture_in_0_to_255_is_divided_by_the_first_kernel(mediapipe_folder):
    path = mediapipe_folder / FILES["landmark_lite"]
    first = next(read_arrays(path))
    kernel, bias = network_arrays("landmark_lite", path)["stem"]
    np.testing.assert_allclose(kernel * 255, first[0], rtol=1e-6)
    np.testing.assert_array_equal(bias, first[1])


def test_a_preset_takes_the_encoder_and_keeps_its_own_head(mediapipe_folder):
    overrides = {key: SMALL[key] for key in ("waterfall", "decoder")}
    model = handypose("handypose_mediapipe_lite", image_size=64, overrides=overrides)
    head = model.get_layer("heatmaps").get_weights()
    load_mediapipe(model.layers, "mediapipe_lite")
    arrays = network_arrays("landmark_lite", mediapipe_folder / FILES["landmark_lite"])
    for name in ("stem", "block0_depthwise", "block14_project"):
        for found, expected in zip(
            model.get_layer(name).get_weights(), arrays[name], strict=True
        ):
            np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(model.get_layer("heatmaps").get_weights()[0], head[0])


def test_other_backbones_have_no_such_weights():
    with pytest.raises(
        ModelError, match="no weights for the backbone resnet50; it has"
    ):
        load_mediapipe([], "resnet50")


def test_an_unknown_network():
    with pytest.raises(ValueError, match=r"`network` must be one of .*'face'"):
        mediapipe_file("face")


def test_a_file_that_is_no_model(tmp_path):
    path = tmp_path / "notes.tflite"
    path.write_text("hello")
    with pytest.raises(ModelError, match=r"notes\.tflite: LiteRT cannot load it"):
        network_arrays("landmark_full", path)


def test_a_missing_file(tmp_path):
    with pytest.raises(ModelError, match=r"none\.tflite: no such model file"):
        network_arrays("landmark_full", tmp_path / "none.tflite")


def test_a_file_that_is_another_model(tmp_path):
    path = write_dot_model(tmp_path / "dots.tflite")
    with pytest.raises(
        ModelError, match=r"dots\.tflite: .*operations with float16 weights"
    ):
        network_arrays("landmark_full", path)


def test_a_changed_file_in_the_cache(mediapipe_folder, tmp_path, monkeypatch):
    folder = tmp_path / mediapipe_folder.name
    folder.mkdir()
    for name in FILES.values():
        (folder / name).write_bytes((mediapipe_folder / name).read_bytes())
    changed = folder / FILES["palm_lite"]
    changed.write_bytes(changed.read_bytes()[:-1] + b"\0\0")
    monkeypatch.setenv("HANDYPOSE_CACHE", str(tmp_path))
    with pytest.raises(
        DataError, match=r"palm_detection_lite\.tflite: not the file of"
    ):
        mediapipe_file("palm_lite")
