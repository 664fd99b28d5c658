"""What a model is shown, and what becomes of its answer."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from made_hands import MakeRecord

from handypose_tf.data import Record
from handypose_tf.errors import DataError
from handypose_tf.evaluation import CropRule, predict_hands
from handypose_tf.evaluation.predict_hands import describe_crop
from handypose_tf.geometry import tight_box


class BoxPredictor:
    """Answers with the corners of each box, and keeps what it was asked."""

    refine = False
    metadata = SimpleNamespace(crop_scale=1.5)

    def __init__(self) -> None:
        self.calls: list[tuple[np.ndarray, np.ndarray]] = []

    def predict(self, image: np.ndarray, boxes: np.ndarray) -> list[Any]:
        self.calls.append((image, boxes))
        return [self._hand(box) for box in boxes]

    def _hand(self, box: np.ndarray) -> Any:
        corners = np.stack([box[:2], box[:2] + box[2:]])
        return SimpleNamespace(keypoints=corners, scores=np.array([0.2, 0.6]))


def crop_sides(records: list[Record], rule: CropRule) -> np.ndarray:
    """Return the centre and side of the crops that a model with margin 1.5 cuts."""
    found = predict_hands(BoxPredictor(), records, rule).keypoints
    center, side = found.mean(axis=1), found[:, 1] - found[:, 0]
    return np.column_stack([center, 1.5 * side])


@pytest.mark.parametrize(
    ("rule", "scale"), [(CropRule(), 1.5), (CropRule("tight", 2.2), 2.2)]
)
def test_tight_crops(hands: list[Record], rule: CropRule, scale: float) -> None:
    crops = crop_sides(hands, rule)
    for record, (x, y, width, height) in zip(hands, crops, strict=True):
        box = tight_box(record.keypoints, record.visibility)
        np.testing.assert_allclose([x, y], box[:2] + box[2:] / 2, rtol=1e-5)
        np.testing.assert_allclose([width, height], scale * box[2:].max(), rtol=1e-5)


def test_annotation_crops_of_agmn(hands: list[Record]) -> None:
    crops = crop_sides(hands, CropRule("annotation", 2.2))
    # The box is (15, 15, 130, 90).
    np.testing.assert_allclose(crops, [[80, 60, 286, 286]] * len(hands), rtol=1e-6)


def test_a_single_visible_point_has_a_crop(make_record: MakeRecord, hands: Any) -> None:
    record = make_record([[30, 40], [0, 0]], [1, 0], image_path=hands[0].image_path)
    np.testing.assert_allclose(crop_sides([record], CropRule()), [[30, 40, 1.5, 1.5]])


def test_hands_of_one_picture_are_asked_for_together(hands: list[Record]) -> None:
    predictor = BoxPredictor()
    found = predict_hands(predictor, hands, CropRule())
    assert [len(boxes) for _, boxes in predictor.calls] == [3] * 10
    assert predictor.calls[0][0].shape == (120, 160, 3)
    assert found.keypoints.shape == (30, 2, 2)
    np.testing.assert_allclose(found.scores, [[0.2, 0.6]] * 30)


def test_errors_name_the_picture(make_record: MakeRecord, hands: list[Record]) -> None:
    class Refusing(BoxPredictor):
        def predict(self, image: np.ndarray, boxes: np.ndarray) -> list[Any]:
            raise DataError("box lies outside")

    with pytest.raises(DataError, match=r"0\.png: box lies outside"):
        predict_hands(Refusing(), hands, CropRule())
    missing = make_record(9 * np.eye(2), image_path=Path("no.png"))
    with pytest.raises(DataError, match=r"no\.png: cannot read"):
        predict_hands(BoxPredictor(), [missing], CropRule())


def test_crops_in_words() -> None:
    assert describe_crop(CropRule(), BoxPredictor()) == "1.5 x tight box"
    agmn = CropRule("annotation", 2.2)
    assert describe_crop(agmn, BoxPredictor()) == "2.2 x annotation box"
