from __future__ import annotations

import pytest

from handypose_tf.errors import ModelError
from handypose_tf.inference.model_files import bundled_models, find_model
from handypose_tf.inference.pose_model import open_model


@pytest.fixture
def folder(tmp_path):
    for name in (
        "handypose_lite0_224_float32.tflite",
        "handypose_lite0_192.keras",
        "handypose_lite0_192_float32.tflite",
        "handypose_lite0_192_int8.tflite",
        "handypose_lite0_192.card.json",
        "handypose_big_released_368_int8.tflite",
    ):
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def test_largest_and_fastest_first(folder):
    assert [path.name for path in bundled_models(folder)] == [
        "handypose_big_released_368_int8.tflite",
        "handypose_lite0_224_float32.tflite",
        "handypose_lite0_192_int8.tflite",
        "handypose_lite0_192_float32.tflite",
        "handypose_lite0_192.keras",
    ]


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("handypose_lite0", "handypose_lite0_224_float32.tflite"),
        ("handypose_lite0_192", "handypose_lite0_192_int8.tflite"),
        ("handypose_lite0_224", "handypose_lite0_224_float32.tflite"),
        ("handypose_lite0_192_float32", "handypose_lite0_192_float32.tflite"),
        ("handypose_lite0_192.keras", "handypose_lite0_192.keras"),
        (
            "handypose_big_released",
            "handypose_big_released_368_int8.tflite",
        ),
    ],
)
def test_names(folder, name, file):
    assert find_model(name, folder) == folder / file


def test_a_path_comes_before_a_name(folder):
    path = folder / "handypose_lite0_192.keras"
    assert find_model(path, folder) == path


@pytest.mark.parametrize("name", ["handypose", "handypose_lite", "handypose_big"])
def test_names_are_whole(folder, name):
    with pytest.raises(ModelError, match="shipped: handypose_big_released_368_int8, "):
        find_model(name, folder)


@pytest.mark.parametrize("name", ["mine.tflite", "some/where", "handypose_x.keras"])
def test_missing_files(folder, name):
    with pytest.raises(ModelError, match="no such model file"):
        find_model(name, folder)


def test_nothing_ships(tmp_path):
    assert bundled_models(tmp_path / "none") == []
    with pytest.raises(ModelError, match="shipped: none"):
        find_model("handypose_lite0", tmp_path)


def test_other_files_are_not_opened(tmp_path):
    with pytest.raises(ModelError, match=r"give a \.tflite or \.keras file"):
        open_model(tmp_path / "a.onnx")
