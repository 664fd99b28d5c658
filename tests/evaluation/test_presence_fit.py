"""Presence: measured on hands and on places without one, and fitted apart."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import tensorflow as tf
from small_models import SMALL

from handypose_tf.data.sample import NO_HAND, Record
from handypose_tf.errors import DataError, ModelError
from handypose_tf.evaluation.presence import (
    calibrate_presence,
    fit_presence,
    scale_presence,
    score_presence,
)
from handypose_tf.evaluation.score_calibration import Calibration
from handypose_tf.models import handypose


class BrightnessEstimator:
    """Says that a place is a hand by how bright its box is."""

    metadata = SimpleNamespace(presence=True, crop_scale=1.5)

    def predict(self, image, boxes):
        means = (
            image[int(y) : int(y + h), int(x) : int(x + w)].mean()
            for x, y, w, h in boxes
        )
        return [SimpleNamespace(score=mean / 255) for mean in means]


def place(path: Path, x: float, is_hand: bool) -> Record:
    points = np.full((21, 2), [x + 5, 5], np.float32)
    visibility = np.full(21, 1.0 if is_hand else NO_HAND, np.float32)
    box = np.array([x, 0, 10, 10], np.float32)
    return Record(f"{path.stem}/{x}", str(path), points, visibility, box)


def test_each_place_is_seen_in_its_own_box(tmp_path):
    image = np.zeros((20, 40, 3), np.uint8)
    image[:, 20:] = 255
    cv2.imwrite(str(tmp_path / "b.png"), image)
    cv2.imwrite(str(tmp_path / "a.png"), 255 - image)
    records = [
        place(tmp_path / "b.png", 25, True),
        place(tmp_path / "a.png", 5, False),
        place(tmp_path / "b.png", 5, True),
    ]
    chances, is_hand = score_presence(BrightnessEstimator(), records)
    np.testing.assert_allclose(chances, [1, 1, 0])
    assert is_hand.tolist() == [False, True, True]


def test_a_model_without_presence_is_refused():
    predictor = SimpleNamespace(metadata=SimpleNamespace(presence=False))
    with pytest.raises(ModelError, match="does not tell presence"):
        score_presence(predictor, [])


def test_the_curve_that_made_the_places_is_found():
    """Hands are drawn with the chance sigmoid(2 x logit - 1)."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 20_000)
    is_hand = rng.uniform(size=20_000) < 1 / (1 + np.exp(-(2 * logits - 1)))
    slope, offset = fit_presence(1 / (1 + np.exp(-logits)), is_hand)
    assert slope == pytest.approx(2, abs=0.1)
    assert offset == pytest.approx(-1, abs=0.1)


@pytest.mark.parametrize("num_others", [0, 29])
def test_places_without_hands_are_needed(num_others):
    is_hand = np.array([True] * 100 + [False] * num_others)
    with pytest.raises(DataError, match=rf"100 hands and {num_others} places.*no_hand"):
        fit_presence(np.full(len(is_hand), 0.5), is_hand)


def test_a_calibration_goes_into_the_weights():
    model = handypose(
        "handypose_mediapipe_lite", image_size=64, presence=True, overrides=SMALL
    )
    picture = tf.random.uniform((2, 64, 64, 3), 0, 255, seed=1)
    before = model(picture)["presence"].numpy()
    scale_presence(model, Calibration(3.0, -0.5))
    after = model(picture)["presence"].numpy()
    np.testing.assert_allclose(after, 3 * before - 0.5, atol=1e-5)


def test_too_sure_a_presence_is_mended(tmp_path):
    """Half of what it is sure of is right: what comes out is one half."""
    cv2.imwrite(str(tmp_path / "a.png"), np.full((20, 40, 3), 250, np.uint8))
    records = [place(tmp_path / "a.png", i / 10, i % 2 == 0) for i in range(80)]
    model = handypose(
        "handypose_mediapipe_lite", image_size=64, presence=True, overrides=SMALL
    )
    found = calibrate_presence(model, BrightnessEstimator(), records)
    assert (found.num_hands, found.num_others) == (40, 40)
    assert found.before.error == pytest.approx(250 / 255 - 0.5, abs=1e-3)
    assert found.after.error == pytest.approx(0, abs=0.01)
