"""Annotated hands that the tests of this folder share."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from made_hands import MakeRecord, PredictNear
from numpy.typing import ArrayLike

from handypose_tf.data import Record


@pytest.fixture
def make_record() -> MakeRecord:
    """Return a function that makes a record of keypoints."""

    def make(
        keypoints: ArrayLike,
        visibility: ArrayLike | None = None,
        *,
        name: str = "hand",
        box: ArrayLike = (0, 0, 100, 100),
        head_size: float = 0.0,
        image_path: str | Path = "hand.png",
        image_id: int | None = None,
        annotation_id: int | None = None,
    ) -> Record:
        points = np.asarray(keypoints, np.float32)
        shown = np.ones(len(points)) if visibility is None else np.asarray(visibility)
        return Record(
            name,
            str(image_path),
            points,
            shown.astype(np.float32),
            np.asarray(box, np.float32),
            head_size=head_size,
            image_id=image_id,
            annotation_id=annotation_id,
        )

    return make


@pytest.fixture
def hands(make_record: MakeRecord, tmp_path: Path) -> list[Record]:
    """Return 30 hands of 21 points in 10 pictures of 160 x 120 pixels."""
    rng = np.random.default_rng(11)
    records = []
    for number in range(30):
        path = tmp_path / f"{number // 3:012d}.png"
        if not path.exists():
            cv2.imwrite(str(path), rng.integers(0, 256, (120, 160, 3), np.uint8))
        points = rng.uniform((20, 20), (140, 100), (21, 2))
        shown = rng.choice([0, 0.5, 1], 21)
        shown[:2] = 1
        records.append(
            make_record(
                points,
                shown,
                name=f"{path.stem}/{100 + number}",
                box=(15, 15, 130, 90),
                head_size=float(rng.uniform(40, 60)),
                image_path=path,
                image_id=9 - number // 3,
                annotation_id=100 + number,
            )
        )
    return records


@pytest.fixture
def predict_near(hands: list[Record]) -> PredictNear:
    """Return a function that gives predictions some pixels beside the truth."""

    def predict(spread: float, seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        truth = np.stack([record.keypoints for record in hands]).astype(np.float64)
        per_hand = rng.uniform(0.2, 2, (len(hands), 1, 1))
        return truth + spread * per_hand * rng.normal(0, 1, truth.shape)

    return predict
