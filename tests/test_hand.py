"""The joint orders against the data sets' own lists (FACTS section 2)."""

from __future__ import annotations

import pytest

from handypose_tf.hand import (
    BONES,
    FINGER_KEYPOINTS,
    FINGERS,
    INTERHAND_ORDER,
    KEYPOINT_NAMES,
    MIDDLE_KNUCKLE,
    NUM_KEYPOINTS,
    RHD_ORDER,
    WRIST,
    coco_category,
)


def test_names():
    assert len(KEYPOINT_NAMES) == len(set(KEYPOINT_NAMES)) == NUM_KEYPOINTS == 21
    assert KEYPOINT_NAMES[WRIST] == "wrist"
    assert KEYPOINT_NAMES[1] == "thumb_1" and KEYPOINT_NAMES[4] == "thumb_4"
    assert KEYPOINT_NAMES[8] == "index_4" and KEYPOINT_NAMES[20] == "little_4"
    assert KEYPOINT_NAMES[MIDDLE_KNUCKLE] == "middle_1" and MIDDLE_KNUCKLE == 9


def test_fingers():
    assert FINGERS == ("thumb", "index", "middle", "ring", "little")
    assert FINGER_KEYPOINTS["thumb"] == (1, 2, 3, 4)
    assert FINGER_KEYPOINTS["little"] == (17, 18, 19, 20)


def test_bones_are_a_tree_from_the_wrist():
    assert len(BONES) == 20
    assert sorted(child for _, child in BONES) == list(range(1, 21))
    assert [child for parent, child in BONES if parent == WRIST] == [1, 5, 9, 13, 17]
    assert all(child == parent + 1 for parent, child in BONES if parent != WRIST)


@pytest.mark.parametrize(
    ("order", "names"),
    [
        (
            RHD_ORDER,
            ["wrist"] + [f"{finger}_{j}" for finger in FINGERS for j in (4, 3, 2, 1)],
        ),
        (
            INTERHAND_ORDER,
            [f"{finger}_{j}" for finger in FINGERS for j in (4, 3, 2, 1)] + ["wrist"],
        ),
    ],
    ids=["rhd", "interhand"],
)
def test_orders_of_other_data_sets(order, names):
    assert [names[i] for i in order] == list(KEYPOINT_NAMES)


def test_coco_counts_keypoints_from_one():
    category = coco_category(["left_ear", "right_ear"], [(0, 1)])
    assert category == {
        "id": 1,
        "name": "hand",
        "keypoints": ["left_ear", "right_ear"],
        "skeleton": [[1, 2]],
    }
    assert coco_category()["skeleton"][-1] == [20, 21]
