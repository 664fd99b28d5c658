from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
from small_models import SMALL, heatmaps, my_backbone, scatter_weights
from tensorflow import keras

from handypose_tf.errors import ModelError, OutputError
from handypose_tf.litert.shipped import SAVED_MODELS
from handypose_tf.models import handypose, load_model, load_weights, save_model
from handypose_tf.models.files import read_description
from handypose_tf.models.network import HandyPose


@pytest.fixture(scope="module")
def file(small_model, tmp_path_factory) -> Path:
    return save_model(small_model, tmp_path_factory.mktemp("saved") / "model.keras")


@pytest.fixture
def saved(file, tmp_path) -> Path:
    """A copy of the small model's file, for a test to change."""
    return Path(shutil.copy(file, tmp_path))


def replace_member(path: Path, name: str, change) -> None:
    """Put `change(content)` in the place of a member of a file."""
    with zipfile.ZipFile(path) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for each, content in members.items():
            archive.writestr(each, change(content) if each == name else content)


def rewrite(path: Path, change) -> None:
    """Change the arrays in a file's `layers` group by `change(group)`."""

    def changed(content: bytes) -> bytes:
        arrays = io.BytesIO(content)
        with h5py.File(arrays, "a") as file:
            change(file["layers"])
        return arrays.getvalue()

    replace_member(path, "model.weights.h5", changed)


def redescribe(path: Path, change) -> None:
    """Change a file's description by `change(config)`."""

    def changed(content: bytes) -> str:
        described = json.loads(content)
        change(described["config"])
        return json.dumps(described)

    replace_member(path, "config.json", changed)


def test_round_trip(small_model, saved):
    loaded = load_model(saved)
    np.testing.assert_array_equal(heatmaps(loaded), heatmaps(small_model))
    assert (
        loaded.description == small_model.description
        and loaded.name == small_model.name
    )


def test_facts_travel_with_the_file(small_model, tmp_path):
    model = handypose("handypose_lite0", image_size=64, overrides=SMALL)
    model.describe(trained=True, licence="CC0", decode="quarter")
    loaded = load_model(save_model(model, tmp_path / "m.keras"))
    facts = loaded.description
    assert facts.trained and facts.licence == "CC0"
    assert loaded.decoder().method == "quarter"


def test_keras_loads_it_too(small_model, saved):
    loaded = keras.models.load_model(saved)
    np.testing.assert_array_equal(heatmaps(loaded), heatmaps(small_model))


def test_half_the_space_and_nearly_the_same_heatmaps(small_model, saved, tmp_path):
    half = save_model(small_model, tmp_path / "half.keras", half=True)
    assert half.stat().st_size < 0.62 * saved.stat().st_size
    ours, keras_own = load_model(half), keras.models.load_model(half)
    whole = heatmaps(small_model)
    assert heatmaps(ours) == pytest.approx(
        whole, rel=2e-3, abs=float(2e-3 * whole.std())
    )
    np.testing.assert_array_equal(heatmaps(ours), heatmaps(keras_own))
    assert {weight.dtype for weight in ours.weights} == {small_model.weights[0].dtype}


def test_a_model_with_frozen_layers(small_model, tmp_path):
    """Keras lists a frozen norm's weights in another order; files must not care."""
    model = handypose("handypose_lite0", image_size=64, overrides=SMALL)
    scatter_weights(model, seed=3)
    before = heatmaps(model)
    for layer in model.layers[:60]:
        layer.trainable = False
    loaded = load_model(save_model(model, tmp_path / "frozen.keras"))
    np.testing.assert_array_equal(heatmaps(loaded), before)


def test_weights_alone(small_model, saved, tmp_path):
    path = tmp_path / "a.weights.h5"
    small_model.save_weights(path)
    for source in (path, saved):
        model = handypose("handypose_lite0", image_size=64, overrides=SMALL)
        load_weights(model, source)
        np.testing.assert_array_equal(heatmaps(model), heatmaps(small_model))


def test_an_own_backbone(tmp_path):
    model = handypose("handypose_lite0", backbone=my_backbone())
    scatter_weights(model)
    path = save_model(model, tmp_path / "own.keras")
    for loaded in (load_model(path), load_model(path, backbone=my_backbone())):
        np.testing.assert_array_equal(heatmaps(loaded), heatmaps(model))


def test_an_own_backbone_of_another_keras_must_be_given(tmp_path):
    model = handypose("handypose_lite0", backbone=my_backbone())
    path = save_model(model, tmp_path / "own.keras")
    future = {"module": "keras_9.models"}
    future |= dict.fromkeys(("class_name", "registered_name"), "Future")
    redescribe(path, lambda config: config["backbone"].update(future))
    with pytest.raises(ModelError, match=r"own\.keras: its own .* as `backbone`$"):
        load_model(path)
    loaded = load_model(path, backbone=my_backbone())
    np.testing.assert_array_equal(heatmaps(loaded), heatmaps(model))


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(ModelError, match=r"none\.keras: no such model file"):
        load_model(tmp_path / "none.keras")
    with pytest.raises(ModelError, match="is a folder; name the model's file in it"):
        load_model(tmp_path)


def test_a_file_that_is_no_archive(tmp_path):
    path = tmp_path / "a.keras"
    path.write_bytes(b"hello")
    with pytest.raises(ModelError, match=r"a\.keras: not a \.keras file"):
        load_model(path)


def test_somebody_else_s_model(tmp_path):
    path = tmp_path / "other.keras"
    my_backbone().save(path)
    with pytest.raises(ModelError, match="holds a Functional, not a HandyPose"):
        load_model(path)


@pytest.mark.parametrize("text", ["[]", "{}", '{"config": 1}', '"HandyPose"'])
def test_an_archive_with_another_description(tmp_path, text):
    path = tmp_path / "a.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("config.json", text)
        archive.writestr("model.weights.h5", b"")
    with pytest.raises(ModelError, match=r"a\.keras: holds a description without"):
        load_model(path)


@pytest.mark.parametrize("settings", [[], {}, "x", None, {"decoder": 3}])
def test_a_description_that_cannot_be_built(saved, settings):
    def change(config):
        whole = config["settings"] if settings == {"decoder": 3} else {}
        config["settings"] = whole | settings if whole else settings

    redescribe(saved, change)
    with pytest.raises(ModelError, match=r"\.keras: its model cannot be rebuilt"):
        load_model(saved)
    if not isinstance(settings, dict):
        with pytest.raises(ModelError, match="its model tells no settings"):
            read_description(saved, HandyPose)


def first_conv(group: h5py.Group) -> h5py.Group:
    return group["conv2d"]["vars"]


def test_a_missing_weight_is_named(saved):
    rewrite(saved, lambda group: group.__delitem__("conv2d"))
    with pytest.raises(
        ModelError, match=r"does not fit the model: missing block0_conv$"
    ):
        load_model(saved)


def test_an_extra_weight_is_named(saved):
    rewrite(saved, lambda group: group.create_dataset("extra/vars/0", data=[1.0]))
    with pytest.raises(ModelError, match=r"does not fit the model: unexpected extra$"):
        load_model(saved)


def test_a_misshapen_weight_is_named(saved):
    def change(group: h5py.Group) -> None:
        del first_conv(group)["0"]
        first_conv(group)["0"] = np.zeros((1, 2))

    rewrite(saved, change)
    text = r"block0_conv has shapes \[\(1, 2\)\], expected \[\(5, 5, 3, 8\)\]"
    with pytest.raises(ModelError, match=text):
        load_model(saved)


def test_weights_under_names_that_are_no_numbers(saved):
    rewrite(saved, lambda group: group.create_dataset("extra/vars/zero", data=[1.0]))
    with pytest.raises(ModelError, match="its weights cannot be read"):
        load_model(saved)


def test_a_layer_in_another_s_place_is_named(saved):
    def change(group: h5py.Group) -> None:
        first_conv(group).attrs["name"] = "somewhere_else"

    rewrite(saved, change)
    with pytest.raises(
        ModelError, match="conv2d is somewhere_else, expected block0_conv"
    ):
        load_model(saved)


def test_nothing_is_assigned_unless_all_fits(small_model, saved):
    rewrite(saved, lambda group: group.__delitem__("conv2d"))
    before = heatmaps(small_model)
    with pytest.raises(ModelError):
        load_weights(small_model, saved)
    np.testing.assert_array_equal(heatmaps(small_model), before)


def test_broken_weights(small_model, tmp_path):
    path = tmp_path / "a.weights.h5"
    path.write_bytes(b"hello")
    with pytest.raises(ModelError, match="its weights cannot be read"):
        load_weights(small_model, path)
    with pytest.raises(ModelError, match="cannot read: No such file"):
        load_weights(small_model, tmp_path / "b.weights.h5")


def test_saving_replaces_a_file_whole_or_not_at_all(small_model, saved, monkeypatch):
    before = saved.read_bytes()

    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OutputError, match="No space left"):
        save_model(small_model, saved)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]


def test_the_name_must_end_with_keras(small_model, tmp_path):
    with pytest.raises(ValueError, match=r"`path` must end with \.keras"):
        save_model(small_model, tmp_path / "model.h5")


@pytest.mark.skipif(not hasattr(keras, "version"), reason="Keras 3's own loader")
def test_keras_own_loader_knows_our_classes_where_it_is_at_work():
    shipped = SAVED_MODELS / "handypose_lite0_224.keras"
    code = (
        "import sys, keras, handypose_tf; "
        "model = keras.models.load_model(sys.argv[1]); "
        "print(type(model).__name__, model.image_size)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, shipped],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.splitlines()[-1] == "HandyPose (224, 224)"
