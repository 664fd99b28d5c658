"""Bones of a COCO category, which count from 1."""

from __future__ import annotations

import layouts
import pytest

from handypose_tf.data.readers.coco import CocoReader
from handypose_tf.hand import BONES, KEYPOINT_NAMES

TIPS = [f"tip {i}" for i in range(21)]


@pytest.mark.parametrize(
    ("names", "skeleton", "expected"),
    [
        (TIPS, [[1, 2], [3, 1]], ((0, 1), (2, 0))),
        (TIPS, [[0, 1]], ()),
        (TIPS, ["ab"], ()),
        ([*KEYPOINT_NAMES], [[1, 2]], BONES),
    ],
)
def test_bones_are_the_category_s(tmp_path, names, skeleton, expected):
    layouts.write_coco(tmp_path)
    path = tmp_path / "annotations.json"

    def edit(content):
        content["categories"][0] |= {"keypoints": names, "skeleton": skeleton}

    layouts.edit_json(path, edit)
    assert CocoReader(path).skeleton == expected
