from __future__ import annotations

import json

import numpy as np
import pytest

from handypose_tf.inference import HandPose


@pytest.fixture
def fields() -> dict:
    rng = np.random.default_rng(0)
    return {
        "keypoints": rng.uniform(0, 500, (21, 2)),
        "scores": rng.uniform(0, 1, 21),
        "box": [10, 20, 30.5, 40],
        "score": 0.5,
        "is_left": True,
        "id": 7,
    }


def test_dict_round_trip_through_json(fields):
    hand = HandPose(**fields)
    text = json.dumps(hand.to_dict())
    again = HandPose.from_dict(json.loads(text))
    np.testing.assert_allclose(again.keypoints, fields["keypoints"], atol=1e-3)
    np.testing.assert_allclose(again.scores, fields["scores"], atol=1e-4)
    assert again.to_dict() == hand.to_dict()
    assert (again.score, again.is_left, again.id) == (0.5, True, 7)


def test_dict_has_the_shape_of_the_contract(fields):
    values = HandPose(**{**fields, "is_left": None, "id": None}).to_dict()
    assert list(values) == [
        *("keypoints", "scores", "box", "score", "is_left", "left_score", "id")
    ]
    assert [len(point) for point in values["keypoints"]] == [2] * 21
    assert len(values["scores"]) == 21 and values["box"] == [10, 20, 30.5, 40]
    assert values["is_left"] is None and values["id"] is None


def test_coco_entry(fields):
    hand = HandPose(**{**fields, "keypoints": [[1.5, 2], [3, 4]], "scores": [0.5, 1]})
    assert hand.to_coco(17, category_id=3) == {
        "image_id": 17,
        "category_id": 3,
        "keypoints": [1.5, 2, 0.5, 3, 4, 1],
        "bbox": [10, 20, 30.5, 40],
        "score": 0.5,
    }


def test_arrays_are_frozen_copies(fields):
    hand = HandPose(**fields)
    with pytest.raises(ValueError, match="read-only"):
        hand.keypoints[0] = 0
    fields["keypoints"][0] = -1
    assert hand.keypoints[0, 0] >= 0
    assert hand.keypoints.dtype == hand.scores.dtype == hand.box.dtype == np.float32


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("keypoints", np.zeros((21, 3))),
        ("keypoints", np.zeros((0, 2))),
        ("keypoints", np.full((21, 2), np.nan)),
        ("scores", np.zeros(20)),
        ("scores", np.full(21, 1.5)),
        ("box", [1, 2, 3]),
        ("box", [1, 2, -3, 4]),
        ("box", [1, 2, np.inf, 4]),
        ("score", -0.1),
        ("score", float("nan")),
    ],
)
def test_bad_values_are_named(fields, name, value):
    with pytest.raises(ValueError, match=f"`{name}`.* Received: "):
        HandPose(**{**fields, name: value})


def test_missing_fields_are_named():
    with pytest.raises(ValueError, match="lacks scores, box, score"):
        HandPose.from_dict({"keypoints": [[0, 0]]})


def test_a_side_comes_with_how_sure_it_is(fields):
    left = HandPose(**{**fields, "is_left": None}).with_side(0.91237)
    assert left.is_left and left.to_dict()["left_score"] == 0.9124
    assert HandPose.from_dict(left.to_dict()).left_score == 0.9124
    assert left.with_side(0.2).is_left is False
    with pytest.raises(ValueError, match=r"`left_score` must be 0..1. Received: 1.5"):
        left.with_side(1.5)


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("wrist", 0),
        ("thumb_cmc", 1),
        ("thumb_ip", 3),
        ("THUMB_TIP", 4),
        ("index_tip", 8),
        ("index_4", 8),
        ("INDEX_FINGER_MCP", 5),
        ("pinky_pip", 18),
        ("little_tip", 20),
        (8, 8),
        (-1, 20),
    ],
)
def test_keypoints_by_name(fields, name, index):
    hand = HandPose(**fields)
    np.testing.assert_array_equal(hand[name], hand.keypoints[index])


def test_unknown_keypoints(fields):
    hand = HandPose(**fields)
    with pytest.raises(KeyError, match="no keypoint 'indx_tip': did you mean 'index_t"):
        hand["indx_tip"]
    with pytest.raises(IndexError):
        hand[21]
    two = {**fields, "keypoints": [[1, 2], [3, 4]], "scores": [1, 1]}
    named = HandPose(**two, names=("left_eye", "beak"))
    assert named["beak"].tolist() == [3, 4] and named.index("left_eye") == 0
    with pytest.raises(KeyError, match="'nose': there are left_eye, beak"):
        named["nose"]
    assert HandPose(**two)["1"].tolist() == [3, 4]
    with pytest.raises(ValueError, match="`names` must be 2"):
        HandPose(**two, names=("a",))


def test_printed_in_one_line(fields):
    line = "<HandPose id 7, left, score 0.50, box 10 20 30 40, 21 keypoints>"
    assert repr(HandPose(**fields)) == line
