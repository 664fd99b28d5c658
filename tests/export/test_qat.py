"""From a configuration with qat: true to an 8-bit file, under Keras 2."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_hands import write_coco
from tensorflow import keras
from tiny import MODEL, add_backbone, settings

from handypose_tf.errors import ModelError
from handypose_tf.export import export_litert
from handypose_tf.export.demo_crops import demo_crops
from handypose_tf.inference.pose_model import open_model
from handypose_tf.litert.census import op_census
from handypose_tf.models import handypose, load_model, save_model
from handypose_tf.tasks import PoseTask
from handypose_tf.tasks.world_heads import fit_world_heads
from handypose_tf.training import build_config, train

pytestmark = pytest.mark.skipif(
    hasattr(keras, "ops"), reason="needs Keras 2: make test-keras2"
)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A network of a few steps."""
    pytest.importorskip("tf_keras")
    pytest.importorskip("tensorflow_model_optimization")
    folder = tmp_path_factory.mktemp("qat")
    hands = write_coco(folder / "hands", 24)
    add_backbone()
    config = settings(f"coco:{hands}", folder / "run", qat=True, epochs=1)
    return load_model(train(build_config(config)).last)


def test_the_file_is_int8_and_decodes_in_float(model, tmp_path):
    path = export_litert(model, tmp_path / "a.tflite", "qat-int8", heatmaps=True)
    census = op_census(path)
    assert census.body_partitions == 1 and not census.body_not_delegated
    assert census.body["QUANTIZE"] >= 1 and not census.flex
    crops = demo_crops(model.image_size)[:2]
    opened = open_model(path)
    maps = opened.run_heatmaps(crops)
    expected = np.asarray(model.decoder()(maps))
    np.testing.assert_allclose(
        opened.run(crops).keypoints, expected, rtol=1e-5, atol=1e-6
    )
    floats = model.predict_on_batch(crops.astype(np.float32))["heatmaps"]
    assert np.abs(maps - floats).mean() < 0.1 * np.ptp(floats)


def test_a_network_with_points_is_one_partition(tmp_path):
    pytest.importorskip("tf_keras")
    pytest.importorskip("tensorflow_model_optimization")
    hands = write_coco(tmp_path / "hands", 24)
    add_backbone()
    changes = {"qat": True, "epochs": 1}
    config = settings(f"coco:{hands}", tmp_path / "run", **changes)
    config["model"] = {**config["model"], "preset": "handypose_mediapipe_lite"}
    model = load_model(train(build_config(config)).last)
    path = export_litert(model, tmp_path / "a.tflite", "qat-int8", heatmaps=True)
    census = op_census(path)
    assert census.body_partitions == 1 and not census.body_not_delegated
    crops = demo_crops(model.image_size)[:2]
    maps = open_model(path).run_heatmaps(crops)
    floats = model.predict_on_batch(crops.astype(np.float32))["heatmaps"]
    assert np.abs(maps - floats).mean() < 0.1 * np.ptp(floats)


def test_heads_for_three_dimensions_are_fitted_not_taught(tmp_path, monkeypatch):
    pytest.importorskip("tf_keras")
    pytest.importorskip("tensorflow_model_optimization")
    add_backbone()
    preset, size = "handypose_mediapipe_lite", MODEL["image_size"]
    parts = {"preset": preset, "overrides": MODEL["overrides"]}
    start = handypose(**parts, image_size=size, world=True)
    file = save_model(start, tmp_path / "start.keras")
    hands = write_coco(tmp_path / "hands", 24)
    config = settings(f"coco:{hands}", tmp_path / "run", qat=True, epochs=1)
    config["model"] = {**parts, "weights": str(file)}
    monkeypatch.setattr(fit_world_heads, "__defaults__", (96,))
    finish, found = PoseTask.finish, []

    def finish_noted(task, model):
        found.extend(model.get_layer("world").get_weights())
        return finish(task, model)

    monkeypatch.setattr(PoseTask, "finish", finish_noted)
    model = load_model(train(build_config(config)).last)
    kernel, bias = start.get_layer("world").get_weights()
    np.testing.assert_array_equal(found[0], kernel)
    np.testing.assert_array_equal(found[1], bias)
    assert not np.array_equal(model.get_layer("world").get_weights()[0], kernel)
    path = export_litert(model, tmp_path / "a.tflite", "qat-int8")
    crops = demo_crops(model.image_size)[:2]
    floats = model.predict_on_batch(crops.astype(np.float32))["world"]
    metres = open_model(path).run(crops).keypoints_3d.reshape(floats.shape)
    assert np.abs(metres - floats).mean() < 0.1 * np.ptp(floats)


def test_other_models_are_refused(model, tmp_path):
    plain = load_model_without_ranges(model)
    with pytest.raises(ModelError, match="was not trained quantisation-aware"):
        export_litert(plain, tmp_path / "a.tflite", "qat-int8")
    assert not any(tmp_path.iterdir())


def load_model_without_ranges(model):
    config = model.get_config()
    del config["settings"]["activation_ranges"]
    return type(model).from_config(config)
