"""Going on with a trained model: what fits itself, epoch 0, and never worse."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import tiny
from tensorflow import keras

from handypose_tf.cli.main import main
from handypose_tf.errors import DataError, ModelError
from handypose_tf.models import handypose, load_model, save_model
from handypose_tf.tasks import PoseTask
from handypose_tf.tasks.pose_data import fitting_batch
from handypose_tf.training import fine_tune, fine_tune_config
from handypose_tf.training.progress import ProgressLines


@pytest.fixture(autouse=True)
def backbone():
    tiny.add_backbone()


@pytest.fixture
def trained(tmp_path):
    """A model's file of 64 pixels, which calls itself trained."""
    keras.utils.set_random_seed(7)
    facts = {name: value for name, value in tiny.MODEL.items() if name != "preset"}
    model = handypose("handypose_lite0", handedness=True, **facts)
    model.describe(
        trained=True, licence="CC0-1.0", training_data="drawn hands", crop_scale=1.7
    )
    return save_model(model, tmp_path / "mine.keras")


def test_everything_comes_from_the_model_and_the_data(trained, hands, tmp_path):
    config = fine_tune_config(trained, hands, hands, tmp_path / "run")
    assert config.model.handedness and not config.model.presence
    assert config.data.crop_scale == 1.7
    # 24 hands: eight steps an epoch would be batches of 3, so of 2; 60 epochs at most.
    assert (config.batch_size, config.epochs) == (2, 60)
    assert config.schedule.warmup_steps == 60 * 12 // 10
    assert config.optimizer.learning_rate == 3e-4


@pytest.mark.parametrize(
    ("num_hands", "size"), [(1, 1), (15, 1), (16, 2), (60, 4), (256, 32), (10**6, 32)]
)
def test_batches_leave_an_epoch_eight_steps(num_hands, size):
    assert fitting_batch(32, num_hands // 8) == size


def test_the_start_is_epoch_0_and_stays_where_nothing_is_better(
    trained, hands, tmp_path, monkeypatch
):
    out = tmp_path / "run"
    start = load_model(trained)
    monkeypatch.setattr(PoseTask, "score", lambda task, figures: -figures["epoch"])
    data, teacher = taught(hands)
    reported, lines = [], []
    result = fine_tune(
        *(trained, data, hands, out),
        epochs=1,
        licence="CC BY 4.0",
        report=reported.append,
        note=lines.append,
    )
    assert [row["epoch"] for row in result.history] == [0, 1]
    assert reported == result.history and "loss" not in reported[0]
    assert "1 epochs of 12 steps" in lines[-1]
    best = load_model(result.best)
    assert result.best_epoch == 0 and best.image_size == (64, 64)
    for found, expected in zip(best.get_weights(), start.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert best.description.training_data == "drawn hands"
    # The data's licence and teacher stay with what was trained on them.
    found = load_model(result.last).description
    assert found.licence == (
        "those of the training data (CC BY 4.0) and of the first weights: CC0-1.0"
    )
    assert found.training_data.startswith(
        f"{data} (CC BY 4.0; labels by dots 1 (MIT)); first weights: "
    )
    facts = json.loads((out / "run.json").read_text("utf-8"))
    assert facts["credits"][data] == {"licences": ["CC BY 4.0"], "teacher": teacher}


def taught(hands):
    """Return the hands with a teacher, and who that is."""
    path = Path(hands.removeprefix("coco:"))
    content = json.loads(path.read_text("utf-8"))
    teacher = {"name": "dots", "version": "1", "licence": "MIT"}
    own = path.with_name("own.json")
    own.write_text(json.dumps({**content, "info": {"teacher": teacher}}), "utf-8")
    return f"coco:{own}", teacher


def test_a_better_epoch_is_kept_names_its_origin_and_the_command_tells(
    trained, hands, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(PoseTask, "score", lambda task, figures: figures["epoch"])
    words = ["--data", hands, "--val", hands, "--out", str(tmp_path / "run")]
    own = ["--epochs", "1", "--callback", "test_fine_tune:Counter"]
    assert main(["train", "--from", str(trained), *words, *own]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "24 of 24 pictures of the validation are trained on, too" in lines[0]
    assert lines[1].startswith("1 epochs of 12 steps")
    assert lines[2].startswith("epoch 0 (the start)  val_loss 0.")
    best = tmp_path / "run" / "best.keras"
    assert lines[-1].startswith(f"best model {best} (epoch 1")
    [epoch] = [line for line in lines if line.startswith("epoch 1  ")]
    names = epoch.split()[2:-2:2]
    assert names == ["loss", "val_loss", "val_pck", "val_epe", "val_auc"]
    assert Counter.steps == 12
    facts = load_model(best).description
    assert facts.training_data == (f"{hands}; first weights: mine.keras (drawn hands)")
    assert facts.licence.endswith("first weights: CC0-1.0")
    facts = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
    assert facts["origin"]["sha256"] == hashlib.sha256(trained.read_bytes()).hexdigest()
    assert facts["credits"] == {hands: {"licences": ["not stated"], "teacher": None}}


class Counter(keras.callbacks.Callback):
    """Somebody's own callback."""

    steps = 0

    def on_train_batch_end(self, batch, logs=None):
        Counter.steps += 1


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--from", "handypose_lite0", "--val", "coco:a.json"],
        ["a.yaml", "--from", "handypose_lite0"],
        ["a.yaml", "--data", "coco:a.json"],
    ],
)
def test_wrong_usage(words):
    with pytest.raises(SystemExit, match="2"):
        main(["train", *words])


def test_mistakes(trained, hands, tmp_path):
    with pytest.raises(ModelError, match="did you mean handypose_lite"):
        fine_tune_config("handypose_lite", hands, hands, tmp_path)
    with pytest.raises(DataError, match="no validation data"):
        fine_tune_config(trained, hands, [], tmp_path)
    run = ["train", "--from", str(trained), "--data", hands, "--val", hands]
    for callback in ("json", "json:JSONDecoder", "no_such:Thing"):
        words = ["--out", str(tmp_path / "r"), "--callback", callback]
        assert main([*run, *words]) == 1
    assert not (tmp_path / "r" / "state.npz").exists()


def test_progress_lines():
    now = iter([0.0, 2.0, 6.0, 8.0, 70.0])
    lines = []
    progress = ProgressLines(lines.append, 3, clock=lambda: next(now))
    progress.set_params({"steps": 10})
    progress.on_epoch_begin(1)
    for batch in range(5):
        progress.on_train_batch_end(batch, {"loss": 0.5})
    # Of 30 steps 13 are done at 6 s, 3 s a step; 15 at 70 s, 17.5 s a step.
    assert lines == [
        "epoch 2/3, step 3/10, loss 0.500000, 1 min left",
        "epoch 2/3, step 5/10, loss 0.500000, 4 min left",
    ]
