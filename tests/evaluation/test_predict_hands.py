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
from handypose_tf.evaluation import CropRule, describe_crop, predict_hands
from handypose_tf.geometry import tight_box


class BoxPredictor:
    """Answers with the corners of each box, and keeps what it was asked."""

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


def test_flip_test_mirrors_picture_and_answer(hands: list[Record]) -> None:
    predictor = BoxPredictor()
    plain = predict_hands(BoxPredictor(), hands, CropRule()).keypoints
    flipped = predict_hands(predictor, hands, CropRule(), flip_test=True).keypoints
    (image, boxes), (mirror, mirrored_boxes) = predictor.calls[:2]
    np.testing.assert_array_equal(mirror, image[:, ::-1])
    # Columns of 160: pixel 0 becomes 159.
    right = mirrored_boxes[:, 0] + mirrored_boxes[:, 2]
    np.testing.assert_allclose(159 - right, boxes[:, 0], rtol=1e-4)
    # Mirrored back, left corners are right ones; with scores of .2 and .6 alike in
    # both answers the mean lies in the middle; rows stay.
    middle = plain[..., 0].mean(axis=1)
    np.testing.assert_allclose(flipped[..., 0], np.stack([middle] * 2, -1), rtol=1e-4)
    np.testing.assert_allclose(flipped[..., 1], plain[..., 1], rtol=1e-5)


def test_flip_test_trusts_the_surer_answer(hands: list[Record]) -> None:
    class Unsure(BoxPredictor):
        def _hand(self, box: np.ndarray) -> Any:
            first = len(self.calls) % 2 == 1
            point = np.array([[20.0, 10.0]]) if first else np.array([[39.0, 50.0]])
            return SimpleNamespace(keypoints=point, scores=[0.75 if first else 0.25])

    found = predict_hands(Unsure(), hands[:3], CropRule(), flip_test=True)
    # 39 of 160 columns is 120 mirrored: (3 * 20 + 120) / 4; (3 * 10 + 50) / 4.
    np.testing.assert_allclose(found.keypoints[:, 0], [[45, 20]] * 3, rtol=1e-4)
    np.testing.assert_allclose(found.scores, 0.5)


def test_errors_name_the_picture(make_record: MakeRecord, hands: list[Record]) -> None:
    class Refusing(BoxPredictor):
        def predict(self, image: np.ndarray, boxes: np.ndarray) -> list[Any]:
            raise DataError("box lies outside")

    with pytest.raises(DataError, match=r"0\.png: box lies outside"):
        predict_hands(Refusing(), hands, CropRule())
    missing = make_record(np.eye(2), image_path=Path("no.png"))
    with pytest.raises(DataError, match=r"no\.png: cannot read"):
        predict_hands(BoxPredictor(), [missing], CropRule())


def test_crops_in_words() -> None:
    assert describe_crop(CropRule(), BoxPredictor()) == "1.5 x tight box"
    agmn = CropRule("annotation", 2.2)
    assert describe_crop(agmn, BoxPredictor()) == "2.2 x annotation box"
