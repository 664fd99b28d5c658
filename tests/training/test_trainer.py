"""Whole runs of a tiny network: files, resuming, signals, and what stops a run."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
import tiny
from tensorflow import keras

from handypose_tf.data import open_source
from handypose_tf.errors import DataError, HandyPoseError, ModelError, OutputError
from handypose_tf.models import load_model
from handypose_tf.models.presets import PRESETS
from handypose_tf.training import build_config, open_pipelines, train
from handypose_tf.training.config import TrainConfig
from handypose_tf.training.trainer import _explained, _off_the_grid

#: A step that is quick to draw, where it is not the subject.
PLAIN = {
    "optimizer": {"kind": "sgd", "learning_rate": 0.003},
    "schedule": {"kind": "constant"},
    "epochs": 1,
}


@pytest.fixture(autouse=True)
def backbone():
    tiny.add_backbone()


@pytest.fixture(scope="module")
def finished(hands, tmp_path_factory):
    """A run of three epochs: its folder, result and configuration."""
    tiny.add_backbone()
    out = tmp_path_factory.mktemp("runs") / "a"
    config = build_config(tiny.settings(hands, out))
    reported = []
    result = train(config, report=reported.append)
    assert reported == result.history
    return out, result, config


def configure(hands, out, **changes) -> TrainConfig:
    return build_config(tiny.settings(hands, out, **changes))


def test_a_run_leaves_models_log_and_facts(finished):
    out, result, _ = finished
    with (out / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert set(rows[0]) >= {"loss", "val_loss", "val_pck", "val_epe", "val_auc"}
    facts = json.loads((out / "run.json").read_text())
    assert facts["config"]["batch_size"] == 4
    assert {"tensorflow", "numpy"} <= facts["versions"].keys()
    assert facts["data"]["train"][0]["num_records"] == 24
    assert len(facts["data"]["validation"][0]["sha256"]) == 64
    assert result.stopped_by == 0


def test_the_loss_falls_and_the_rate_follows_the_schedule(finished):
    history = finished[1].history
    assert history[-1]["loss"] < 0.95 * history[0]["loss"]
    rates = [row["learning_rate"] for row in history]
    assert rates[0] > rates[1] > rates[2] == pytest.approx(0, abs=1e-9)


def test_saved_models_are_for_use_and_say_what_they_are(finished):
    _, result, _ = finished
    model = load_model(result.last)
    facts = model.description
    assert facts.trained and facts.training_data.startswith("coco:")
    best = load_model(result.best).description.accuracy["validation pck_box@0.2"]
    assert best == max(row["val_pck"] for row in result.history)
    assert not getattr(model, "optimizer", None)
    size = result.last.stat().st_size
    assert size < 3 * 4 * model.count_params() + 400_000


def test_saved_models_hold_the_average_and_the_state_the_weights(finished):
    out, result, _ = finished
    model = load_model(result.last)
    with np.load(out / "state.npz") as state:
        first = state["00000"]
    averaged = model.variables[0].numpy()
    assert averaged.shape == first.shape
    assert 0 < np.abs(averaged - first).max() < 0.1


def test_a_finished_run_resumes_to_nothing(finished):
    _, result, config = finished
    assert train(config, resume=True).history == result.history


def test_a_folder_with_a_run_is_not_overwritten(finished):
    with pytest.raises(OutputError, match="already holds a run; resume it"):
        train(finished[2])


def test_a_run_is_not_resumed_with_another_configuration(hands, finished):
    out = finished[0]
    changed = configure(hands, out, batch_size=8, seed=4)
    with pytest.raises(ModelError, match=r"begun with other .*(batch_size|seed)"):
        train(changed, resume=True)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"config": 1}'])
def test_facts_that_are_none_are_told(hands, finished, tmp_path, content):
    (tmp_path / "run.json").write_text(content)
    (tmp_path / "state.npz").write_bytes(finished[1].best.read_bytes()[:0])
    with pytest.raises(ModelError, match=r"run\.json: not the facts .* another folder"):
        train(configure(hands, tmp_path), resume=True)


@pytest.mark.parametrize("num_bytes", [0, 9, 900])
def test_a_cut_state_is_told(hands, finished, tmp_path, num_bytes):
    whole = finished[1].best.parent
    (tmp_path / "run.json").write_bytes((whole / "run.json").read_bytes())
    state = (whole / "state.npz").read_bytes()[:num_bytes]
    (tmp_path / "state.npz").write_bytes(state)
    with pytest.raises(ModelError, match=r"state\.npz: not a training state"):
        train(configure(hands, tmp_path), resume=True)


def test_too_little_memory_is_told_with_what_helps(hands, tmp_path):
    class Full(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")

    with pytest.raises(ModelError, match="too small for a step; lower batch_size"):
        train(configure(hands, tmp_path), callbacks=[Full()])


def test_more_of_the_worst_keypoints_than_there_are(hands, tmp_path):
    loss = {"kind": "hard", "top_k": 22}
    with pytest.raises(ModelError, match=r"loss\.top_k is 22, of 21 keypoints"):
        train(configure(hands, tmp_path, loss=loss))


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"waterfall": 3}, "`overrides` of waterfall must hold keys. Received: 3"),
        (
            {"waterfall": {"filters": "x"}},
            "a value of `overrides` is of the wrong kind",
        ),
    ],
)
def test_wrong_overrides_are_told(hands, tmp_path, overrides, words):
    model = {**tiny.MODEL, "overrides": {**tiny.MODEL["overrides"], **overrides}}
    with pytest.raises(ModelError, match=f"the configuration's model: {words}"):
        train(configure(hands, tmp_path, model=model))


def test_a_setting_that_a_later_version_added_has_its_default(finished):
    out, result, config = finished
    facts = json.loads((out / "run.json").read_text())
    del facts["config"]["model"]["handedness"]
    (out / "run.json").write_text(json.dumps(facts))
    assert train(config, resume=True).history == result.history


def test_a_folder_that_cannot_be_written_is_refused_before_the_first_step(
    hands, tmp_path
):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        train(configure(hands, tmp_path / "file" / "run"))


def test_a_full_disk_is_refused_before_the_first_step(hands, tmp_path, monkeypatch):
    usage = SimpleNamespace(free=1000)
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    with pytest.raises(OutputError, match="0 MiB free, a run needs"):
        train(configure(hands, tmp_path / "run"))


def test_a_loss_that_is_no_number_stops_and_names_the_samples(hands, tmp_path):
    explosive = {"kind": "sgd", "learning_rate": 1e30}
    config = configure(hands, tmp_path, **PLAIN | {"optimizer": explosive})
    with pytest.raises(
        HandyPoseError, match=r"epoch 1, step .*lower the learning rate"
    ):
        train(config)
    found = json.loads((tmp_path / "nan.json").read_text())
    training, _ = open_pipelines(config)
    step = max(int(key.split()[1]) for key in found if key.startswith("step")) - 1
    assert found[f"step {step + 1}"] == training.sample_ids(0, step)
    assert found["epoch"] == 1


def test_a_broken_picture_is_told_in_a_line(tmp_path, hands):
    import layouts

    root = layouts.write_coco(tmp_path / "c", count=4)
    content = bytearray(layouts.write_picture(tmp_path / "a.png").read_bytes())
    content[len(content) // 2] ^= 1  # headers do not show it
    (root / "images" / "2.jpg").write_bytes(content)
    source = f"coco:{root}/annotations.json"
    assert len(open_source(source).records()) == 4
    data = {"train": [{"source": source}]}
    with pytest.raises(DataError, match=r"a picture cannot be read: .*--decode"):
        train(configure(hands, tmp_path / "run", data=data, **PLAIN))


def test_a_picture_that_has_gone_is_named_in_a_line():
    begin = "Graph execution error:\n\nDetected at node cond/ReadFile\n2 root errors\n"
    message = (
        f"{begin}  (0) NOT_FOUND:  /a/2.jpg; No such file or directory\n\t [[{{}}]]"
    )
    error = _explained(tf.errors.NotFoundError(None, None, message))
    assert "read: (0) NOT_FOUND: /a/2.jpg; No such file or directory; `" in str(error)


def test_an_input_beside_the_grid_is_told():
    lite = PRESETS["handypose_lite0"].model
    assert _off_the_grid(lite) == []
    [line] = _off_the_grid(replace(lite, image_size=(65, 65)))
    assert line.startswith("an input of 65 pixels is no multiple of 32")
    assert line.endswith("with 64 or 96")


def test_without_validation_the_lowest_loss_is_best(hands, tmp_path):
    data = {"train": [{"source": hands}]}
    result = train(configure(hands, tmp_path, data=data, **PLAIN))
    assert "val_pck" not in result.history[0]
    assert result.best.read_bytes()


def test_weights_and_frozen_levels_are_taken(hands, finished, tmp_path):
    model = {**tiny.MODEL, "weights": str(finished[1].best), "frozen": "stem"}
    result = train(configure(hands, tmp_path, model=model, **PLAIN))
    assert result.history[-1]["loss"] < finished[1].history[0]["loss"]
    wrong = {**model, "weights": str(tmp_path / "absent.keras")}
    with pytest.raises(ModelError, match=r"absent.keras: no such model file"):
        train(configure(hands, tmp_path / "b", model=wrong))
    odd = {**tiny.MODEL, "overrides": {"head": {}}}
    with pytest.raises(ModelError, match="the configuration's model: `overrides`"):
        train(configure(hands, tmp_path / "c", model=odd))


def test_several_workers_are_refused_where_keras_cannot(hands, tmp_path):
    if not hasattr(keras, "version"):
        pytest.skip("Keras 2 can")
    with pytest.raises(ModelError, match="Keras 3 cannot train over several workers"):
        train(configure(hands, tmp_path, strategy="multi_worker"))
