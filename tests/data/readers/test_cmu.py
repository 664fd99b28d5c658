"""The three CMU readers: hand_labels, hand_labels_synth, hand143_panopticdb."""

import random

import layouts
import numpy as np
import pytest

from handypose_tf.data.readers.cmu_manual import CmuManualReader
from handypose_tf.data.readers.cmu_panoptic import CmuPanopticReader, agmn_split
from handypose_tf.data.readers.cmu_synth import CmuSynthReader
from handypose_tf.errors import DataError
from handypose_tf.geometry import box_region, transform_points


def test_manual_reads_points_box_side_and_head(tmp_path):
    records = CmuManualReader(layouts.write_cmu_manual(tmp_path)).records()
    assert [r.sample_id for r in records] == [
        "manual_train/000015774_01_l",
        "manual_train/Ricki_unit_8_l",
        "manual_test/000092168_02_l",
    ]
    assert [r.split for r in records] == ["train", "train", "test"]
    assert [r.is_left for r in records] == [0, 1, 0]
    first = records[0]
    assert first.keypoints[3].tolist() == [13, 15]
    assert first.visibility.tolist() == [1.0] * 20 + [0.0]
    assert first.head_size == 7.5
    # 20 valid joints span 19 pixels both ways; centred at (20.5, 21).
    assert first.box.tolist() == [11, 11.5, 19, 19]


def test_manual_crop_of_2_2_is_that_of_the_paper(tmp_path):
    record = CmuManualReader(layouts.write_cmu_manual(tmp_path)).records()[0]
    matrix = box_region(record.box, scale=2.2).matrix(368)
    # hand_box_center -+ 1.1 B (B = 19) are the outer edges, half a pixel out.
    corners = [[20.5 - 20.9, 21 - 20.9], [20.5 + 20.9, 21 + 20.9]]
    moved = transform_points(corners, matrix)
    np.testing.assert_allclose(moved, [[-0.5, -0.5], [367.5, 367.5]], atol=1e-3)


def test_manual_splits_by_folder(tmp_path):
    root = layouts.write_cmu_manual(tmp_path)
    assert len(CmuManualReader(root, "train").records()) == 2
    assert len(CmuManualReader(root, "manual_test").records()) == 1


def test_manual_names_a_picture_without_label(tmp_path):
    root = layouts.write_cmu_manual(tmp_path)
    (root / "manual_test/000092168_02_l.json").unlink()
    records, problems = CmuManualReader(root).index()
    assert len(records) == 2
    assert [p.kind for p in problems] == ["missing_annotation"]
    assert problems[0].path.endswith("manual_test/000092168_02_l.json")


def test_synth_reads_both_endings_and_its_folders_as_splits(tmp_path):
    root = layouts.write_cmu_synth(tmp_path)
    records = CmuSynthReader(root).records()
    assert [r.split for r in records] == ["synth1", "synth2", "synth3", "synth4"]
    assert [r.image_path[-4:] for r in records] == [".jpg", ".png", ".jpg", ".png"]
    assert records[0].head_size == 0
    assert [r.sample_id for r in CmuSynthReader(root, "synth3").records()] == [
        "synth3/00003"
    ]


def test_synth_names_files_that_lack_points(tmp_path):
    root = layouts.write_cmu_synth(tmp_path)
    layouts.edit_json(root / "synth2/00002.json", lambda a: a["hand_pts"].pop())
    records, problems = CmuSynthReader(root).index()
    assert len(records) == 3
    assert problems[0].kind == "wrong_joint_count"
    assert problems[0].reason == "`hand_pts` has the shape 20x3 instead of 21x3"


def test_agmn_split_is_that_of_the_seed_in_the_released_code():
    names = [str(i).zfill(8) + ".jpg" for i in range(14817)]
    random.seed(1111)
    random.shuffle(names)
    split = agmn_split()
    sizes = [
        sum(s == part for s in split.values()) for part in ("train", "val", "test")
    ]
    assert sizes == [11853, 1482, 1482]
    assert {n for n, s in split.items() if s == "train"} == set(names[:11853])
    assert {n for n, s in split.items() if s == "test"} == set(names[13335:])


def test_panoptic_reads_the_split_of_agmn(tmp_path):
    root = layouts.write_cmu_panoptic(tmp_path, 60)
    by_split = {
        split: [r.sample_id for r in CmuPanopticReader(root, split).records()]
        for split in ("train", "valid", "test")
    }
    # Which of the first pictures fall where was looked up in the shuffled list.
    assert by_split["test"][:2] == ["panoptic/00000000", "panoptic/00000002"]
    assert by_split["train"][0] == "panoptic/00000001"
    assert by_split["valid"] == [f"panoptic/000000{i}" for i in (41, 43, 44, 55)]
    assert sum(map(len, by_split.values())) == 60
    assert len(CmuPanopticReader(root).records()) == 60


def test_panoptic_box_is_around_objpos(tmp_path):
    record = CmuPanopticReader(layouts.write_cmu_panoptic(tmp_path)).records()[10]
    # Joints span 20 pixels; objpos is (21, 23).
    np.testing.assert_allclose(record.box, [11, 13, 20, 20], atol=1e-4)
    assert record.keypoints[0].tolist() == [11, 13]


def test_panoptic_refuses_a_picture_of_another_size(tmp_path):
    root = layouts.write_cmu_panoptic(tmp_path, 3)
    layouts.write_picture(root / "imgs/00000001.jpg", (48, 64))
    problems = CmuPanopticReader(root).index().problems
    assert [p.kind for p in problems] == ["wrong_size"]
    assert "annotated at 64x48 pixels, but" in problems[0].reason
    assert problems[0].where == "root[1]"


def test_a_folder_of_something_else_is_refused(tmp_path):
    with pytest.raises(DataError, match="no manual_train/ or manual_test/ in it"):
        CmuManualReader(tmp_path).index()
