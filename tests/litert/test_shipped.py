from __future__ import annotations

import pytest

from handypose_tf.errors import ModelError
from handypose_tf.inference.pose_model import open_model
from handypose_tf.litert.shipped import bundled_models, find_model, find_weights


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
    with pytest.raises(ModelError, match="no shipped model has this name"):
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


def test_a_near_name_is_proposed_and_else_all_are_listed(folder):
    with pytest.raises(ModelError, match="did you mean handypose_lite0_192_int8"):
        find_model("handypose_lite0_192_int", folder)
    with pytest.raises(ModelError, match="shipped: handypose_big_released_368_int8, "):
        find_model("resnet", folder)


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("handypose_lite0_192.keras", None),
        ("handypose_lite0_192", None),
        ("handypose_lite0_192_int8", None),
        ("handypose_lite0", None),
        ("handypose_lite0_224", 224),
        ("handypose_lite0_224_float32", 224),
    ],
)
def test_every_name_has_weights(folder, name, side):
    assert find_weights(name, folder) == (folder / "handypose_lite0_192.keras", side)


def test_what_has_no_weights(folder, tmp_path):
    own = tmp_path / "mine_192_int8.tflite"
    own.write_bytes(b"")
    for name in (own, "handypose_big_released"):
        with pytest.raises(ModelError, match=r"give its \.keras"):
            find_weights(name, folder)
