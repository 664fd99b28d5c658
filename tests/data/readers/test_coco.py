from pathlib import Path

import layouts
import numpy as np
import pytest

from handypose_tf.data.inspection import inspect_data
from handypose_tf.data.readers.coco import CocoReader
from handypose_tf.errors import DataError
from handypose_tf.hand import KEYPOINT_NAMES

#: 21 points right of a picture of 64x48, and 21 from (20, 15) to (60, 45).
OUT = [v for i in range(21) for v in (64 + i / 4, 13 + i / 4, 2)]
ROW = [v for i in range(21) for v in (20 + 2 * i, 15 + 1.5 * i, 2)]


def read(root, edit=None, **options):
    layouts.write_coco(root)
    if edit is not None:
        layouts.edit_json(root / "annotations.json", edit)
    return CocoReader(root / "annotations.json", **options)


def test_reads_points_flags_and_box(tmp_path):
    records = read(tmp_path).records()
    assert [r.sample_id for r in records] == ["0/100", "1/101", "2/102"]
    assert records[1].image_path == str(tmp_path / "images/1.jpg")
    assert records[0].keypoints[5].tolist() == [15, 17]
    # Hidden (1) and visible (2) joints both count.
    assert records[0].visibility[:4].tolist() == [0, 1, 1, 0]
    assert records[0].box.tolist() == [10, 12, 20, 20]
    assert records[0].is_left == -1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"iscrowd": 1}, "of its annotations: 3 marked with iscrowd"),
        ({"keypoints": [0] * 63}, "of its annotations: 3 without a labelled point, or"),
        (None, "the file has no annotations"),
    ],
)
def test_why_there_is_no_hand_is_told(tmp_path, change, words):
    def edit(content):
        for annotation in content["annotations"]:
            annotation.update(change or {})
        content["annotations"] = content["annotations"] if change else []

    with pytest.raises(DataError, match=f"no annotated hand found; {words}"):
        read(tmp_path, edit).records()


def test_fractions_of_visibility_stay(tmp_path):
    def edit(content):
        content["annotations"][0]["keypoints"][5::3] = [0.04] * 20

    assert read(tmp_path, edit).records()[0].visibility[1] == np.float32(0.04)


def test_without_bbox_the_box_is_tight(tmp_path):
    record = read(tmp_path, lambda c: c["annotations"][0].pop("bbox")).records()[0]
    # Joints 0, 3, ... 18 are not labelled: 1 to 20 remain.
    assert record.box.tolist() == [11, 13, 19, 19]


@pytest.mark.parametrize(
    ("is_left", "category", "expected"),
    [
        (1, "hand", 1),
        (False, "left_hand", 0),
        (None, "left_hand", 1),
        (None, "Right hand", 0),
        (None, "hand_left", 1),
        (None, "RightHand", 0),
        (None, "lefthand", 1),
        (None, "leftover", -1),
        (None, "left or right", -1),
        (None, "hand", -1),
    ],
)
def test_side_by_field_or_category(tmp_path, is_left, category, expected):
    def edit(content):
        content["categories"][0]["name"] = category
        if is_left is not None:
            content["annotations"][0]["is_left"] = is_left

    assert read(tmp_path, edit).records()[0].is_left == expected


def test_named_joints_are_put_into_canonical_order(tmp_path):
    reader = read(
        tmp_path,
        lambda c: c["categories"][0].update(keypoints=list(reversed(KEYPOINT_NAMES))),
    )
    assert reader.records()[0].keypoints[20].tolist() == [10, 12]
    assert reader.keypoint_names == KEYPOINT_NAMES


def test_another_set_of_points_keeps_its_names(tmp_path):
    def edit(content):
        content["categories"][0]["keypoints"] = ["nose", "tail"]
        for annotation in content["annotations"]:
            annotation["keypoints"] = [20, 20, 2, 30, 25, 2]

    reader = read(tmp_path, edit)
    assert reader.keypoint_names == ("nose", "tail")
    assert reader.records()[2].keypoints.tolist() == [[20, 20], [30, 25]]


def person(content):
    """Put a category of 17 points, and a person, before the hand."""
    names = [f"p{i}" for i in range(17)]
    content["categories"].insert(0, {"id": 5, "name": "person", "keypoints": names})
    first = content["annotations"][0]
    body = {**first, "id": 99, "category_id": 5, "keypoints": [20, 20, 2] * 17}
    content["annotations"].insert(0, body)


def test_points_belong_to_the_category_that_an_annotation_names(tmp_path):
    reader = read(tmp_path, person)
    assert [r.sample_id for r in reader.records()] == ["0/100", "1/101", "2/102"]
    assert reader.keypoint_names == KEYPOINT_NAMES
    assert reader.records()[0].keypoints[5].tolist() == [15, 17]


def test_each_category_has_its_own_order(tmp_path):
    def edit(content):
        names = list(reversed(KEYPOINT_NAMES))
        content["categories"] = [
            {"id": 1, "name": "left", "keypoints": list(KEYPOINT_NAMES)},
            {"id": 2, "name": "right", "keypoints": names},
        ]
        content["annotations"][1]["category_id"] = 2

    first, second, _ = read(tmp_path, edit).records()
    assert (first.is_left, second.is_left) == (1, 0)
    # Point i lies at (10 + i, 12 + i) in the file.
    assert first.keypoints[1].tolist() == [11, 13]
    assert second.keypoints[1].tolist() == [29, 31]


def test_categories_of_other_points_without_a_hand_are_refused(tmp_path):
    def edit(content):
        person(content)
        content["categories"][1].update(name="face", keypoints=["nose", "chin"])

    with pytest.raises(DataError, match=r"keypoints \(person 17, face 2\), and none"):
        read(tmp_path, edit).records()


@pytest.mark.parametrize(
    "other",
    [
        {"category_id": 2, "keypoints": None},  # a box of a face
        {"keypoints": [], "bbox": [0, 0, 0, 0], "num_keypoints": 0},
        {"keypoints": [0] * 63, "num_keypoints": 0},
        {"keypoints": [5, 5, 0] * 21, "num_keypoints": 0},
    ],
)
def test_boxes_alone_are_passed(tmp_path, other):
    def edit(content):
        content["categories"].append({"id": 2, "name": "face"})
        content["annotations"].append({**content["annotations"][0], "id": 9, **other})

    reader = read(tmp_path, edit)
    assert len(reader.records()) == 3
    assert not reader.index().problems


def test_ids_are_numbers_however_they_are_written(tmp_path):
    def edit(content):
        content["images"][0]["id"] = 7.0
        content["images"][1].update(id="8", width="64", height="48.0")
        content["annotations"][2].update(image_id="9", category_id="1", id=102.0)

    records = read(tmp_path, edit).records()
    assert [r.sample_id for r in records] == ["0/100", "1/101", "2/102"]
    assert [r.image_id for r in records] == [7.0, "8", 9]


def test_a_point_that_is_not_labelled_may_be_no_number(tmp_path):
    def edit(content):
        content["annotations"][0]["keypoints"][:2] = [float("nan"), None]

    record = read(tmp_path, edit).records()[0]
    assert record.visibility[0] == 0
    assert record.keypoints[0].tolist() == [0, 0]


def test_an_empty_polygon_is_no_mask(tmp_path):
    assert read(tmp_path, first_annotation(segmentation=[[]])).records()[0].mask == b""


@pytest.mark.parametrize("name", ["images/0.jpg", r"images\0.jpg", r".\0.jpg", "0.jpg"])
@pytest.mark.parametrize("given", [False, True])
def test_pictures_are_found_by_the_names_that_tools_write(tmp_path, name, given):
    images = tmp_path / "images" if given else None
    reader = read(
        tmp_path, lambda c: c["images"][0].update(file_name=name), images=images
    )
    assert Path(reader.records()[0].image_path) == tmp_path / "images/0.jpg"


@pytest.mark.parametrize(
    ("json_name", "pictures"),
    [
        # CVAT, COCO itself, Roboflow.
        ("annotations/person_keypoints_val.json", "images"),
        ("annotations/person_keypoints_val.json", "."),
        ("valid/_annotations.coco.json", "valid"),
    ],
)
def test_layouts_of_tools_are_read(tmp_path, json_name, pictures):
    layouts.write_json(tmp_path / json_name, layouts.coco_content())
    for i in range(3):
        layouts.write_picture(tmp_path / pictures / f"{i}.jpg")
    records = CocoReader(tmp_path, "val").records()
    assert [r.sample_id for r in records] == ["val/0/100", "val/1/101", "val/2/102"]


def first_annotation(**changes):
    """Return an edit of the first annotation."""
    return lambda content: content["annotations"][0].update(changes)


def test_crowds_are_left_out(tmp_path):
    reader = read(tmp_path, lambda c: c["annotations"][1].update(iscrowd=1))
    assert [r.sample_id for r in reader.records()] == ["0/100", "2/102"]


def test_a_box_without_a_hand_needs_no_keypoints(tmp_path):
    def edit(content):
        content["annotations"][1]["no_hand"] = True
        del content["annotations"][1]["keypoints"]

    first, second, _ = read(tmp_path, edit).records()
    assert first.is_hand
    assert second.visibility.tolist() == [-1] * 21
    assert "no hand      1 boxes" in str(inspect_data(read(tmp_path, edit)))


def test_where_no_hand_is_must_be_told(tmp_path):
    def edit(content):
        content["annotations"][1]["no_hand"] = True
        del content["annotations"][1]["bbox"]

    with pytest.raises(DataError, match="`bbox` is missing"):
        read(tmp_path, edit).records()


def test_pictures_beside_the_json_or_where_told(tmp_path):
    layouts.write_coco(tmp_path / "a")
    (tmp_path / "a/images").rename(tmp_path / "elsewhere")
    json_path = tmp_path / "a/annotations.json"
    reader = CocoReader(json_path, images=tmp_path / "elsewhere")
    assert len(reader.records()) == 3
    for i in range(3):
        layouts.write_picture(tmp_path / f"a/{i}.jpg")
    assert CocoReader(json_path).records()[0].image_path == str(tmp_path / "a/0.jpg")


@pytest.mark.parametrize("folder", ["", "annotations"])
def test_a_folder_has_a_json_for_each_split(tmp_path, folder):
    for split in ("train", "val"):
        layouts.write_coco(tmp_path / folder, f"{split}.json")
    assert len(CocoReader(tmp_path).records()) == 6
    assert CocoReader(tmp_path, "val").records()[0].sample_id == "val/0/100"
    with pytest.raises(DataError, match=r"no test\.json in it or in annotations/"):
        CocoReader(tmp_path, "test").records()


def test_one_json_has_no_splits(tmp_path):
    with pytest.raises(DataError, match="one file has no splits; give its folder"):
        read(tmp_path, split="train").records()


@pytest.mark.parametrize(
    ("edit", "kind", "words"),
    [
        (
            lambda c: c["annotations"][0].pop("keypoints"),
            "bad_structure",
            "`keypoints`",
        ),
        (lambda c: c["annotations"][0].update(image_id=99), "bad_structure", "id 99"),
        (lambda c: c["annotations"].__setitem__(0, 5), "bad_structure", "found a int"),
        (
            lambda c: c["annotations"][0].update(keypoints=[1] * 60),
            "wrong_joint_count",
            "60 instead of 21x3",
        ),
        (
            lambda c: c["annotations"][0]["keypoints"].__setitem__(3, float("nan")),
            "bad_number",
            "NaN",
        ),
        (
            lambda c: c["annotations"][0]["keypoints"].__setitem__(2, -1),
            "bad_number",
            "visibility",
        ),
        (
            lambda c: c["annotations"][0].update(keypoints=[1, 1, 0] * 21),
            "no_visible_joint",
            "no joint is visible",
        ),
        (
            lambda c: c["annotations"][0].update(bbox=[64, 13, 9, 9], keypoints=OUT),
            "box_outside",
            "outside the picture of 64x48",
        ),
        (
            lambda c: c["annotations"][0].update(bbox=[0.2, 0.3, 0.3, 0.4]),
            "bad_number",
            "the box lie between 0 and 1; pixels",
        ),
        (
            lambda c: c["annotations"][0].update(keypoints=[0.2, 0.9, 2] * 21),
            "bad_number",
            "the keypoints lie between 0 and 1; pixels",
        ),
        # Points at 10..30, 12..32.
        (
            lambda c: c["annotations"][0].update(bbox=[40, 2, 6, 6]),
            "box_elsewhere",
            "far from the box",
        ),
        (
            lambda c: c["annotations"][0].update(bbox=[20, 15, 61, 46], keypoints=ROW),
            "bad_number",
            "seems to be two corners",
        ),
        (
            lambda c: c["annotations"][0].update(category_id=4),
            "bad_structure",
            "no category has the id 4",
        ),
        (lambda c: c["annotations"][0].update(bbox=[5, 5, 0, 0]), "empty_box", "area"),
        (lambda c: c["annotations"][0].update(bbox=[5, 5, 3]), "bad_structure", "bbox"),
        (lambda c: c["annotations"][0].update(bbox="wide"), "bad_structure", "bbox"),
        (
            lambda c: c["images"][0].update(file_name="../0.jpg"),
            "unsafe_path",
            "leads out",
        ),
        (
            lambda c: c["images"][0].update(file_name="/etc/passwd"),
            "unsafe_path",
            "leads out",
        ),
        (lambda c: c["images"][0].update(file_name=7), "bad_structure", "file name"),
        (
            lambda c: c["images"][0].update(file_name="9.jpg"),
            "missing_picture",
            "9.jpg",
        ),
        (lambda c: c["images"][0].update(width=65), "wrong_size", "65x48"),
    ],
)
def test_bad_annotations_are_named(tmp_path, edit, kind, words):
    records, problems = read(tmp_path, edit).index()
    assert [r.sample_id for r in records] == ["1/101", "2/102"]
    (problem,) = problems
    assert (problem.kind, problem.where) == (kind, "annotations[0]")
    assert problem.path == str(tmp_path / "annotations.json")
    assert words in problem.reason


def test_an_annotation_given_twice_is_a_duplicate(tmp_path):
    reader = read(tmp_path, lambda c: c["annotations"].append(c["annotations"][0]))
    assert [p.kind for p in reader.index().problems] == ["duplicate_name"]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda c: c["images"].append(c["images"][0]), "two images have the id 7"),
        (lambda c: c["images"][0].pop("id"), r"images\[0\] has no `id`"),
        (lambda c: c.pop("images"), "no list `images`"),
    ],
)
def test_a_broken_file_is_refused_whole(tmp_path, edit, words):
    with pytest.raises(DataError, match=words):
        read(tmp_path, edit, on_error="skip").records()


def test_reads_the_human_labels_of_coco(shared_dir):
    path = shared_dir / "data/coco_hands_dev/annotations.json"
    if not path.exists():
        pytest.skip("needs coco_hands_dev")
    records = CocoReader(path).records()
    assert len(records) == 92
    visibility = np.concatenate([r.visibility for r in records])
    assert np.median(visibility) == pytest.approx(0.28, abs=0.01)
