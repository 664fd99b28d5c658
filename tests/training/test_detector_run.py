"""Runs of a tiny detector: it learns, can be left, and says what it is."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny

from handypose_tf.cli.main import main
from handypose_tf.errors import DataError, ModelError
from handypose_tf.files import write_json
from handypose_tf.hand import KEYPOINT_NAMES
from handypose_tf.images import read_image, write_image
from handypose_tf.models import load_detector
from handypose_tf.tasks import open_task
from handypose_tf.training import build_config, train

MODEL = {
    "image_size": 64,
    "overrides": {
        "backbone": {"name": "tiny"},
        "waterfall": {"kind": "wasp_v2", "filters": 16, "rates": [1, 2]},
        "decoder": {"filters": 16, "reduction": 8, "separable": False},
    },
}
HEIGHT, WIDTH = 90, 120


@pytest.fixture(autouse=True)
def backbone():
    tiny.add_backbone()


@pytest.fixture(scope="module")
def hands(tmp_path_factory) -> Path:
    """Photos with one red bar each, and backgrounds without red."""
    folder = tmp_path_factory.mktemp("hands")
    rng = np.random.default_rng(0)
    for side, count in (("train", 24), ("held_out", 12)):
        images, annotations = [], []
        for number in range(count):
            name = f"photos/{side}_{number}.png"
            picture, keypoints = draw_bar(rng)
            write_image(folder / name, picture)
            size = {"width": WIDTH, "height": HEIGHT}
            images.append({"id": number, "file_name": name, **size})
            flat = np.column_stack([keypoints, np.full(21, 2)]).ravel().tolist()
            ids = {"id": number, "image_id": number, "category_id": 1}
            annotations.append({**ids, "keypoints": flat})
        category = {"id": 1, "name": "hand", "keypoints": list(KEYPOINT_NAMES)}
        content = {"images": images, "annotations": annotations}
        write_json(folder / f"{side}.json", {**content, "categories": [category]})
    for number in range(20):
        plain = np.full((60, 60, 3), rng.integers(0, 200, 3), np.uint8)
        plain[..., 0] //= 3
        write_image(folder / "backgrounds" / f"{number:02d}.jpg", plain)
    return folder


def draw_bar(rng) -> tuple[np.ndarray, np.ndarray]:
    """Return a grey picture with a red bar, and keypoints along its sides."""
    picture = np.full((HEIGHT, WIDTH, 3), rng.integers(60, 200), np.uint8)
    width, height = rng.integers(14, 22), rng.integers(30, 44)
    x, y = rng.integers(2, WIDTH - width - 2), rng.integers(2, HEIGHT - height - 2)
    picture[y : y + height, x : x + width] = (235, 25, 25)
    keypoints = np.zeros((21, 2))
    keypoints[:, 0] = x + np.linspace(0, width - 1, 21)
    keypoints[:, 1] = np.where(np.arange(21) % 2 == 0, y, y + height - 1)
    keypoints[0], keypoints[9] = (x, y + height - 1), (x + width - 1, y)
    return picture, keypoints


def settings(hands: Path, out: Path, **changes: Any) -> dict[str, Any]:
    """Return a configuration: twenty steps of eight scenes an epoch."""

    def source(side: str, **more: Any) -> list[dict[str, Any]]:
        return [{"source": f"coco:{hands / side}.json", "images": str(hands), **more}]

    return {
        "task": "detector",
        "out": str(out),
        "data": {
            "train": source("train"),
            "validation": source("held_out", photos=8),
            "backgrounds": str(hands / "backgrounds"),
            "samples_per_epoch": 160,
            "validation_scenes": 12,
            "num_threads": 2,
        },
        "model": MODEL,
        "scenes": {"photo": 0.75, "whole": 0.5},
        "augmentation": {"noise": 0.3},
        "optimizer": {"kind": "adamw", "learning_rate": 0.005, "ema": 0.8},
        "epochs": 3,
        "batch_size": 8,
        **changes,
    }


@pytest.fixture(scope="module")
def finished(hands, tmp_path_factory):
    """A run of three epochs: its folder and its result."""
    tiny.add_backbone()
    out = tmp_path_factory.mktemp("runs") / "a"
    return out, train(build_config(settings(hands, out)))


def test_it_learns_and_its_log_tells_the_recall(finished):
    out, result = finished
    history = result.history
    assert history[-1]["loss"] < 0.75 * history[0]["loss"]
    with (out / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    for row in rows:
        assert 0 <= float(row["val_photos"]) <= 1 and 0 <= float(row["val_scenes"]) <= 1
        assert float(row["val_loss"]) > 0


def test_the_best_model_says_what_it_is(finished):
    _, result = finished
    scores = [row["val_photos"] + row["val_scenes"] for row in result.history]
    best = result.history[int(np.argmax(scores))]
    found = load_detector(result.best).description
    assert found.trained and found.training_data.startswith("coco:")
    assert found.accuracy == {
        "validation recall at 0.1 false alarms a photo": best["val_photos"]
    }
    assert found.decode.min_score == round(min(best["val_threshold"], 0.9), 3)


def test_facts_name_the_data_and_the_task(finished):
    facts = json.loads((finished[0] / "run.json").read_text())
    assert facts["config"]["task"] == "detector"
    (train_data,) = facts["data"]["train"]
    assert train_data["num_records"] == 24 and len(train_data["sha256"]) == 64
    assert facts["data"]["validation"][0]["num_records"] == 12


@pytest.mark.slow
def test_a_run_that_was_left_goes_on(hands, tmp_path):
    short = {**settings(hands, tmp_path)["data"], "samples_per_epoch": 16}
    short["validation_scenes"] = 4
    changes = {"data": short, "epochs": 1, "schedule": {"kind": "constant"}}
    begun = build_config(settings(hands, tmp_path / "run", **changes))
    first = train(begun)
    again = train(replace(begun, epochs=2), resume=True)
    assert again.history[0] == first.history[0] and len(again.history) == 2


def test_it_begins_on_the_weights_of_a_file_at_another_size(hands, finished, tmp_path):
    model = {**MODEL, "image_size": 96, "weights": str(finished[1].best)}
    config = build_config(settings(hands, tmp_path / "run", model=model))
    built = open_task(config).build()
    assert built.image_size == (96, 96)
    best = load_detector(finished[1].best).get_weights()
    for weights, same in zip(built.get_weights(), best, strict=True):
        np.testing.assert_array_equal(weights, same)


def test_the_command_draws_its_scenes(hands, tmp_path):
    config, sheet = tmp_path / "detector.yaml", tmp_path / "scenes.png"
    write_json(config, settings(hands, tmp_path / "run"))
    assert main(["train", str(config), "--contact-sheet", str(sheet)]) == 0
    drawn = read_image(sheet)
    # Hands' boxes: nothing else in these scenes is greener than red and blue by that.
    red, green, blue = np.moveaxis(drawn.astype(int), -1, 0)
    assert (np.minimum(green - red, green - blue) > 120).sum() > 100
    assert not (tmp_path / "run").exists()


def test_what_a_detector_cannot_be_trained_by_is_refused(hands, tmp_path):
    def build(**changes: Any) -> None:
        build_config(settings(hands, tmp_path / "run", **changes))

    with pytest.raises(ModelError, match="`augmentation` changes the look of scenes"):
        build(augmentation={"rotation": 30})
    with pytest.raises(ModelError, match="`qat` is for the task pose"):
        build(qat=True)
    with pytest.raises(ModelError, match="`preset` must be one of"):
        build(model={"preset": "handypose_lite0"})
    with pytest.raises(ModelError, match=r"task must be one of \['pose', 'detector'\]"):
        build(task="palms")
    few = build_config(settings(hands, tmp_path / "run", batch_size=200))
    with pytest.raises(DataError, match="160 samples do not fill a batch of 200"):
        open_task(few)
