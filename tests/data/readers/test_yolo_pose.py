from pathlib import Path

import layouts
import numpy as np
import pytest

from handypose_tf.data.readers.yolo_pose import YoloPoseReader, label_path
from handypose_tf.errors import DataError


def test_reads_normalised_boxes_and_points(tmp_path):
    records = YoloPoseReader(layouts.write_yolo_pose(tmp_path)).records()
    assert [r.sample_id for r in records] == [
        "images/train/a.jpg/1",
        "images/val/b.jpg/1",
    ]
    assert [r.split for r in records] == ["train", "val"]
    # 64x48 pixels: box of 16x24 around (32, 24) edges, i.e. pixel (31.5, 23.5).
    np.testing.assert_allclose(records[0].box, [23.5, 11.5, 16, 24])
    np.testing.assert_allclose(records[0].keypoints[4], [64 * 0.25 + 4 - 0.5, 23.5])
    assert records[0].visibility.tolist() == [0.0] + [1.0] * 20


def test_the_whole_picture_is_the_whole_picture(tmp_path):
    root = layouts.write_yolo_pose(tmp_path)
    line = layouts.yolo_line().split()
    line[1:5] = ["0.5", "0.5", "1", "1"]
    (root / "labels/train/a.txt").write_text(" ".join(line))
    box = YoloPoseReader(root, "train").records()[0].box
    assert box.tolist() == [-0.5, -0.5, 64, 48]


@pytest.mark.parametrize(
    ("names", "number", "expected"),
    [
        ("[left_hand, right_hand]", 0, 1),
        ("[left_hand, right_hand]", 1, 0),
        ("{3: Right Hand}", 3, 0),
        ("[hand]", 0, -1),
        ("[left]", 1, -1),
    ],
)
def test_the_class_tells_the_side(tmp_path, names, number, expected):
    root = layouts.write_yolo_pose(tmp_path)
    yaml = root / "hand-keypoints.yaml"
    yaml.write_text(f"train: images/train\nkpt_shape: [21, 3]\nnames: {names}\n")
    (root / "labels/train/a.txt").write_text(f"{number}{layouts.yolo_line()[1:]}")
    assert YoloPoseReader(yaml).records()[0].is_left == expected


@pytest.mark.parametrize(
    "place", ["../images/train", r"images\train", "./images/train"]
)
def test_places_are_read_as_tools_write_them(tmp_path, place):
    root = layouts.write_yolo_pose(tmp_path / "hands")
    yaml = root / "hand-keypoints.yaml"
    yaml.write_text(f"train: {place}\nkpt_shape: [21, 3]\n")
    assert len(YoloPoseReader(root, "train").records()) == 1


def test_a_place_that_exists_is_taken_at_its_word(tmp_path):
    root = layouts.write_yolo_pose(tmp_path / "hands")
    (tmp_path / "images").mkdir()
    layouts.write_picture(tmp_path / "images/other.jpg")
    (root / "hand-keypoints.yaml").write_text("train: ../images\nkpt_shape: [21, 3]\n")
    with pytest.raises(DataError, match="no annotated hand"):
        YoloPoseReader(root, "train").records()


def test_two_numbers_a_point(tmp_path):
    root = layouts.write_yolo_pose(tmp_path)
    yaml = root / "hand-keypoints.yaml"
    yaml.write_text(yaml.read_text().replace("[21, 3]", "[5, 2]"))
    line = layouts.yolo_line((5, 2)).replace("0.25 0.5 0.265625", "-1 -1 0.265625")
    for name in ("train/a", "val/b"):
        (root / f"labels/{name}.txt").write_text(line)
    reader = YoloPoseReader(yaml)
    assert reader.records()[0].visibility.tolist() == [0, 1, 1, 1, 1]
    assert reader.keypoint_names[4] == "keypoint_4"


def test_a_list_of_files_and_a_list_of_folders(tmp_path):
    root = layouts.write_yolo_pose(tmp_path)
    (root / "list.txt").write_text("./images/train/a.jpg\nimages/val/b.jpg\n")
    yaml = root / "hand-keypoints.yaml"
    yaml.write_text("train: list.txt\nkpt_shape: [21, 3]\n")
    assert len(YoloPoseReader(root).records()) == 2
    yaml.write_text("train: [images/train, images/val]\nkpt_shape: [21, 3]\n")
    assert len(YoloPoseReader(root).records()) == 2


def test_labels_lie_in_labels_or_beside():
    assert label_path(Path("/images/x/images/a b.jpg")) == Path(
        "/images/x/labels/a b.txt"
    )
    assert label_path(Path("data/a.png")) == Path("data/a.txt")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("0 0.5 0.5 0.2 0.2 0.1", "wrong_joint_count"),
        (layouts.yolo_line().replace("0.5", "half"), "bad_number"),
        (layouts.yolo_line().replace("0.5", "nan"), "bad_number"),
        (layouts.yolo_line().replace("0.5 0.5", "1.9 0.5", 1), "box_outside"),
        (layouts.yolo_line().replace("0.5 0.5", "32 24", 1), "bad_number"),
        (layouts.yolo_line().replace("0.25 0.5 0.25", "0 0 0.25", 1), "empty_box"),
        (layouts.yolo_line().replace(" 2.0", " 0"), "no_visible_joint"),
    ],
)
def test_bad_lines_are_named(tmp_path, line, kind):
    root = layouts.write_yolo_pose(tmp_path)
    (root / "labels/train/a.txt").write_text(f"\n{layouts.yolo_line()}\n{line}\n")
    records, problems = YoloPoseReader(root, "train").index()
    assert len(records) == 1
    assert [(p.kind, p.where) for p in problems] == [(kind, "line 3")]
    assert problems[0].path == str(root / "labels/train/a.txt")


def test_two_pictures_with_one_label_file_are_duplicates(tmp_path):
    root = layouts.write_yolo_pose(tmp_path)
    layouts.write_picture(root / "images/train/a.png")
    problems = YoloPoseReader(root).index().problems
    assert [p.kind for p in problems] == ["duplicate_name"]


def test_a_label_that_is_no_text_is_named(tmp_path):
    root = layouts.write_yolo_pose(tmp_path)
    (root / "labels/val/b.txt").write_bytes(b"\xff\xfe\x00")
    problems = YoloPoseReader(root).index().problems
    assert [(p.kind, p.reason) for p in problems] == [
        ("broken_file", "not a UTF-8 text file")
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("train: images/train\n", r"no `kpt_shape: \[21, 3\]`"),
        ("train: images/none\nkpt_shape: [21, 3]\n", "images/none: no such file"),
        ("kpt_shape: [21, 3]\n", "no pictures listed for train, val, test"),
        ("a: [", "not YAML"),
        ("text", "no `train:`"),
    ],
)
def test_bad_yaml_is_refused(tmp_path, text, words):
    root = layouts.write_yolo_pose(tmp_path)
    (root / "hand-keypoints.yaml").write_text(text)
    with pytest.raises(DataError, match=words):
        YoloPoseReader(root).index()


def test_a_folder_must_hold_one_yaml(tmp_path):
    root = layouts.write_yolo_pose(tmp_path)
    (root / "other.yml").write_text("")
    with pytest.raises(DataError, match="2 YAML files in it"):
        YoloPoseReader(root).index()
