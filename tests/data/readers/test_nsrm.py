import layouts
import numpy as np
import pytest

from handypose_tf.data.readers.nsrm import NsrmReader
from handypose_tf.errors import DataError
from handypose_tf.geometry import box_region


def test_reads_names_points_and_partitions(tmp_path):
    records = NsrmReader(layouts.write_nsrm(tmp_path)).records()
    assert [r.sample_id for r in records] == [
        "train/00000000",
        "train/00000001",
        "valid/00000002",
        "test/00000003",
    ]
    assert [r.split for r in records] == ["train", "train", "val", "test"]
    assert records[0].keypoints[20].tolist() == [30, 32]
    assert records[0].visibility.min() == 1


def test_box_makes_the_crop_of_2_2_the_whole_picture(tmp_path):
    record = NsrmReader(layouts.write_nsrm(tmp_path)).records()[0]
    # 44 pixels / 2.2 = 20, centred at (21.5, 21.5).
    np.testing.assert_allclose(record.box, [11.5, 11.5, 20, 20], atol=1e-4)
    matrix = box_region(record.box, scale=2.2).matrix(44)
    np.testing.assert_allclose(matrix, np.eye(3), atol=1e-5)


@pytest.mark.parametrize("split", ["val", "valid"])
def test_takes_its_own_and_the_common_name_of_a_split(tmp_path, split):
    records = NsrmReader(layouts.write_nsrm(tmp_path), split).records()
    assert [r.sample_id for r in records] == ["valid/00000002"]


def test_a_name_in_two_partitions_is_a_leak(tmp_path):
    root = layouts.write_nsrm(tmp_path)
    layouts.edit_json(
        root / "partitions.json", lambda p: p["test"].append("00000000.jpg")
    )
    problems = NsrmReader(root).index().problems
    assert [(p.kind, p.where) for p in problems] == [
        ("duplicate_name", "train"),
        ("duplicate_name", "test"),
    ]


def test_a_listed_name_without_label_is_named(tmp_path):
    root = layouts.write_nsrm(tmp_path)
    layouts.edit_json(root / "labels.json", lambda labels: labels.pop("00000003.jpg"))
    problems = NsrmReader(root).index().problems
    assert [p.kind for p in problems] == ["missing_annotation"]


def test_a_label_given_twice_in_the_json_is_refused(tmp_path):
    root = layouts.write_nsrm(tmp_path)
    (root / "labels.json").write_text('{"a.jpg": [], "a.jpg": []}')
    with pytest.raises(DataError, match=r"labels\.json: the name 'a\.jpg' comes twice"):
        NsrmReader(root).index()
