"""MediaPipe's own landmark network, trained by a configuration: points, no heatmaps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny

from handypose_tf.cli.main import main
from handypose_tf.data import open_source
from handypose_tf.errors import ModelError
from handypose_tf.evaluation.measure import measure_model, select_from, with_crop
from handypose_tf.export.demo_crops import demo_crops
from handypose_tf.inference.litert_model import LiteRTModel
from handypose_tf.models import load_model
from handypose_tf.tasks import open_task
from handypose_tf.tasks.pose_config import LossConfig
from handypose_tf.training import build_config, fine_tune_config, train

MODEL = {
    "preset": "mediapipe_hands_lite",
    "image_size": 64,
    "overrides": {"backbone": {"name": "tiny"}},
}


@pytest.fixture(autouse=True)
def backbone():
    tiny.add_backbone()


def settings(hands: str, out: Path, **changes: Any) -> dict[str, Any]:
    return tiny.settings(hands, out, **{"model": MODEL, **changes})


@pytest.fixture(scope="module")
def finished(hands, tmp_path_factory):
    """A run of three epochs."""
    tiny.add_backbone()
    return train(build_config(settings(hands, tmp_path_factory.mktemp("runs") / "a")))


def test_it_learns_and_its_figures_are_those_of_evaluate(finished, hands):
    history = finished.history
    assert history[-1]["loss"] < 0.8 * history[0]["loss"]
    assert history[-1]["val_epe"] < 0.9 * history[0]["val_epe"]
    protocol = with_crop("nsrm", "annotation")
    measured = measure_model(finished.last, select_from(open_source(hands)), protocol)
    found = measured.evaluation.scores["pck_box@0.2"].value
    assert found == pytest.approx(history[-1]["val_pck"], abs=0.01)


def test_the_model_says_what_it_is(finished, hands):
    model = load_model(finished.best)
    facts = model.description
    assert facts.trained and facts.decode.method == "coordinates"
    assert facts.handedness and facts.presence and facts.training_data == hands
    assert model.output.keys() == {"points", "handedness", "presence"}


def test_presence_is_not_taught_without_places_that_are_no_hands(hands, tmp_path):
    task = open_task(build_config(settings(hands, tmp_path / "run")))
    trained = {layer.name for layer in task.build().layers if layer.trainable_weights}
    assert "points_x" in trained and "presence" not in trained


def test_the_commands_take_it(finished, hands, tmp_path, capsys):
    model, file = str(finished.last), tmp_path / "hand.tflite"
    words = ["--data", hands, "--protocol", "nsrm", "--json", str(tmp_path / "a.json")]
    assert main(["export", model, "--out", str(file), "--check", hands]) == 0
    assert main(["evaluate", "--model", model, "--model", str(file), *words]) == 0
    first, second = json.loads((tmp_path / "a.json").read_text())["evaluations"]
    for name in ("pck_box@0.2", "epe"):
        ours, theirs = (each["scores"][name]["value"] for each in (first, second))
        assert theirs == pytest.approx(ours, abs=1e-3)
    crops = demo_crops((64, 64))[:2]
    expected = load_model(model).predict_on_batch(crops.astype("f"))
    found = LiteRTModel(file).run(crops)
    np.testing.assert_allclose(
        found.keypoints[..., :2], expected["points"], rtol=1e-4, atol=1e-5
    )
    assert (found.keypoints[..., 2] == 1).all() and found.presence is not None
    assert LiteRTModel(file).run_heatmaps(crops) is None
    capsys.readouterr()
    flip = ["--model", model, "--data", hands, "--protocol", "nsrm", "--flip-test"]
    assert main(["evaluate", *flip]) == 1
    assert "gives no heatmaps" in capsys.readouterr().err
    other = str(tmp_path / "b.keras")
    assert main(["calibrate", model, "--data", hands, "--out", other]) == 1
    assert "gives points without a score" in capsys.readouterr().err


def test_fine_tuning_begins_with_mediapipe_s_weights(hands, tmp_path):
    for init in ("shipped", "mediapipe"):
        config = fine_tune_config(
            "mediapipe_hands_full", hands, hands, tmp_path / "run", init=init
        )
        assert config.model.weights == "mediapipe" and config.loss == LossConfig()
        assert config.data.crop_scale == 1.5
        assert (config.model.frozen, config.augmentation.rotation) == ("level3", 60)
        assert config.optimizer.learning_rate == 1e-4


def test_our_decoder_on_its_encoder_is_fine_tuned_alike(hands, tmp_path):
    """Unless the decoder begins untrained."""
    for init, expected in (
        ("shipped", ("level3", 1e-4, 60)),
        ("mediapipe", ("level1", 2e-3, 180)),
    ):
        config = fine_tune_config(
            "handypose_mediapipe_full", hands, hands, tmp_path / "run", init=init
        )
        rate, rotation = config.optimizer.learning_rate, config.augmentation.rotation
        assert (config.model.frozen, rate, rotation) == expected
        assert config.loss.kind == "weighted"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"loss": {"sigma": 1.5}}, "`loss.sigma` is for heatmaps, and mediapipe_hands"),
        ({"loss": {"kind": "mse"}}, "`loss.kind` is for heatmaps"),
        ({"model": MODEL | {"overrides": {"waterfall": {}}}}, "has no such part"),
        ({"model": MODEL | {"weights": "imagenet"}}, "ImageNet"),
        ({"model": MODEL | {"weights": "shipped"}}, "no shipped model has this name"),
    ],
)
def test_what_it_cannot_be_trained_by_is_refused(hands, tmp_path, changes, message):
    with pytest.raises(ModelError, match=message):
        open_task(build_config(settings(hands, tmp_path / "run", **changes))).build()
