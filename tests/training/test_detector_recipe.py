"""The recipe of the shipped detector: it learns, can be left, and leaves its files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from tiny import add_backbone

from handypose_tf.files import write_json
from handypose_tf.hand import KEYPOINT_NAMES
from handypose_tf.images import write_image
from handypose_tf.model_metadata import read_metadata

pytestmark = pytest.mark.slow

RECIPES = Path(__file__).parents[2] / "tools/weights"
TINY = {
    "backbone": {"name": "tiny"},
    "waterfall": {"filters": 16, "reduction": 8},
    "decoder": {"filters": 16, "reduction": 8},
}
HEIGHT, WIDTH = 90, 120


@pytest.fixture
def recipe(monkeypatch):
    """The script as a module, with a tiny network and short rounds."""
    monkeypatch.syspath_prepend(RECIPES)
    import detector_data
    import train_detector

    add_backbone()
    whole = train_detector.hand_detector
    monkeypatch.setattr(
        train_detector,
        "hand_detector",
        lambda image_size: whole(image_size=image_size, overrides=TINY),
    )
    monkeypatch.setattr(train_detector, "load_imagenet", lambda *args: None)
    monkeypatch.setattr(train_detector, "STAGES", ((64, 0.5), (96, 1.0)))
    monkeypatch.setattr(train_detector, "ROUND_STEPS", 20)
    quick = replace(train_detector.OPTIMIZER, learning_rate=5e-3, ema=0.8)
    monkeypatch.setattr(train_detector, "OPTIMIZER", quick)
    monkeypatch.setattr(detector_data, "BATCH", 8)
    monkeypatch.setattr(detector_data, "HELD_OUT_SCENES", 12)
    monkeypatch.setattr(detector_data, "HELD_OUT_PHOTOS", 12)
    return train_detector


@pytest.fixture(scope="module")
def hands(tmp_path_factory) -> Path:
    """Photos with one red bar each, and backgrounds, as `prepare_scenes.py` leaves."""
    folder = tmp_path_factory.mktemp("hands")
    rng = np.random.default_rng(0)
    (folder / "photos").mkdir()
    write_json(folder / "possible.json", {})
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
        write_json(
            folder / side / "letters.json", {**content, "categories": [category]}
        )
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


def test_it_learns_and_can_be_left(recipe, hands, tmp_path):
    args = SimpleNamespace(
        hands=hands, out=tmp_path / "run", steps=80, seed=1, start=None
    )
    run = recipe.Run(args)
    run._round()
    again = recipe.Run(args)
    assert (again.position.epoch, again.size) == (1, 64)
    for weights, same in zip(again.state.weights(), run.state.weights(), strict=True):
        np.testing.assert_array_equal(weights, same)
    again.train()
    history = again.position.history
    assert [row["size"] for row in history] == [64, 64, 96, 96]
    assert history[-1]["loss"] < 0.75 * history[0]["loss"]
    assert all(0 <= row[name] <= 1 for row in history for name in ("photos", "scenes"))
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {"state.npz", "last.keras", "best.keras", "best.tflite", "log.csv"}
    assert read_metadata(tmp_path / "run" / "best.tflite").image_size == (96, 96)
    args.start, args.out = tmp_path / "run" / "best.keras", tmp_path / "more"
    more = recipe.Run(args)
    assert more.size == 96
    best = recipe.load_detector(args.start).get_weights()
    for weights, same in zip(more.model.get_weights(), best, strict=True):
        np.testing.assert_array_equal(weights, same)


def test_hidden_hands_are_possible_ones(recipe, tmp_path):
    import detector_data

    names = ("keypoints", "bbox")
    seen = dict(
        zip(names, (np.tile([9, 9, 2], 21).tolist(), [5, 5, 9, 9]), strict=True)
    )
    hidden = {**seen, "bbox": [20, 30, 8, 6], "iscrowd": 1}
    content = {
        "images": [{"id": 3, "file_name": "photos/x.png", "width": 60, "height": 60}],
        "annotations": [
            {**hand, "id": k, "image_id": 3, "category_id": 1}
            for k, hand in enumerate((seen, hidden))
        ],
        "categories": [{"id": 1, "name": "hand", "keypoints": list(KEYPOINT_NAMES)}],
    }
    write_image(tmp_path / "photos/x.png", np.zeros((60, 60, 3), np.uint8))
    write_json(tmp_path / "train/people.json", content)
    write_json(tmp_path / "possible.json", {})
    (picture,) = detector_data.read_pictures(tmp_path, "train")["people"]
    assert len(picture.records) == 1
    np.testing.assert_array_equal(picture.possible, [[20, 30, 8, 6]])
