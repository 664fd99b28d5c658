"""Runs of a tiny network that also learns the side of hands."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tiny

from handypose_tf.losses import HandednessLoss
from handypose_tf.models import load_model, save_model
from handypose_tf.tasks import open_task
from handypose_tf.training import build_config, train

MODEL = {**tiny.MODEL, "handedness": True}


@pytest.fixture(autouse=True)
def backbone():
    tiny.add_backbone()


@pytest.fixture(scope="module")
def sided(hands, tmp_path_factory):
    """The hands with sides: a third left, a third right, a third unknown."""
    original = Path(hands.partition(":")[2])
    content = json.loads(original.read_text())
    for number, annotation in enumerate(content["annotations"]):
        if number % 3 < 2:
            annotation["is_left"] = number % 3
    path = tmp_path_factory.mktemp("sided") / "sided.json"
    path.write_text(json.dumps(content))
    return [{"source": f"coco:{path}", "images": str(original.parent / "images")}]


def configure(sided, out, **changes):
    data = {"train": sided, "validation": sided, "num_threads": 2}
    changes = {"data": data, "model": MODEL, "epochs": 2, **changes}
    return tiny.settings("", out, **changes)


@pytest.fixture(scope="module")
def drawn():
    """How often the head's loss was drawn into a graph."""
    times, call = [], HandednessLoss.call

    def counted(self, *tensors):
        times.extend([1] * tf.inside_function())
        return call(self, *tensors)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HandednessLoss, "call", counted)
        yield times


@pytest.fixture(scope="module")
def finished(drawn, sided, tmp_path_factory):
    """A run of two epochs that begins on weights without the head."""
    tiny.add_backbone()
    out = tmp_path_factory.mktemp("run")
    plain = open_task(build_config(configure(sided, out, model=tiny.MODEL)))
    network = plain.build()
    assert [*plain.metrics(network)] == ["heatmaps"]
    model = {**MODEL, "weights": str(save_model(network, out / "plain.keras"))}
    with pytest.warns(UserWarning, match=r"plain\.keras has no handedness head"):
        return train(build_config(configure(sided, out / "run", model=model)))


def test_the_log_has_the_accuracy_beside_the_figures_of_the_pose(finished):
    row = finished.history[-1]
    assert {"val_pck", "val_epe", "val_auc", "val_handedness"} <= row.keys()
    assert row["val_handedness"] * 16 == pytest.approx(
        round(row["val_handedness"] * 16), abs=1e-4
    )  # of the 16 hands of known side
    weighted = row["val_heatmaps_loss"] + 0.002 * row["val_handedness_loss"]
    assert row["val_loss"] == pytest.approx(weighted, rel=1e-4)


def test_a_step_is_drawn_once_for_training_and_once_for_validation(finished, drawn):
    assert len(drawn) == 2


def test_the_saved_model_has_the_head_and_was_taught(finished):
    model = load_model(finished.last)
    assert model.has_handedness
    bias = model.get_layer("handedness").get_weights()[1]
    assert np.abs(bias).max() > 1e-4  # it begins at 0


@pytest.mark.slow
@pytest.mark.parametrize("keras", [3, 2])
def test_a_run_that_was_left_ends_as_if_it_was_not(sided, tmp_path, keras):
    whole = tiny.run(configure(sided, tmp_path / "a"), keras=keras)["history"]
    config = configure(sided, tmp_path / "b")
    tiny.run(config, keras=keras, terminate=[0, 3])
    resumed = tiny.run(config, keras=keras, resume=True)["history"]
    for name in ("loss", "val_loss", "val_handedness_loss"):
        assert resumed[-1][name] == pytest.approx(whole[-1][name], rel=1e-3), name


@pytest.mark.slow
def test_two_devices_are_the_same_as_one(sided, tmp_path):
    plain = {"augmentation": {}, "epochs": 1}
    one = tiny.run(configure(sided, tmp_path / "a", **plain))["history"][0]
    config = configure(sided, tmp_path / "b", strategy="mirrored", **plain)
    two = tiny.run(config, devices=2)["history"][0]
    assert two["val_handedness_loss"] == pytest.approx(
        one["val_handedness_loss"], rel=1e-2
    )
