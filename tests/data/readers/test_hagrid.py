import layouts
import numpy as np
import pytest

from handypose_tf.data.readers.hagrid import HagridReader
from handypose_tf.errors import DataError

TRAIN = "annotations/train/call.json"


def test_reads_boxes_that_have_landmarks(tmp_path):
    records = HagridReader(layouts.write_hagrid(tmp_path)).records()
    assert [r.sample_id for r in records] == [
        f"{split}/call/03487280-{split}/1" for split in ("train", "val", "test")
    ]
    # 80x40 pixels.
    np.testing.assert_allclose(records[0].box, [39.5, 9.5, 20, 20], atol=1e-4)
    np.testing.assert_allclose(records[0].keypoints[10], [47.5, 9.5], atol=1e-4)
    assert records[0].visibility.min() == 1


@pytest.mark.parametrize("place", ["images/call", "train/call", "images/train/call"])
def test_finds_pictures_in_other_places(tmp_path, place):
    root = layouts.write_hagrid(tmp_path)
    picture = root / "call/03487280-train.jpg"
    (root / place).mkdir(parents=True)
    picture.rename(root / place / picture.name)
    record = HagridReader(root, "train").records()[0]
    assert record.image_path == str(root / place / picture.name)


def test_pictures_where_told(tmp_path):
    root = layouts.write_hagrid(tmp_path / "a")
    (root / "call").rename(tmp_path / "call")
    reader = HagridReader(root / "annotations", images=tmp_path)
    assert len(reader.records()) == 3


@pytest.mark.parametrize(
    ("edit", "kind"),
    [
        (lambda a: a["bboxes"].pop(), "bad_structure"),
        (lambda a: a["hand_landmarks"][1].pop(), "wrong_joint_count"),
        (
            lambda a: a["hand_landmarks"][1][0].__setitem__(0, float("inf")),
            "bad_number",
        ),
        (lambda a: a.update(hand_landmarks={"a": 1}), "bad_structure"),
        (lambda a: a["bboxes"].__setitem__(1, [2, 2, 0.1, 0.1]), "box_outside"),
        (lambda a: a["bboxes"].__setitem__(1, [40, 10, 20, 20]), "bad_number"),
        (lambda a: a["hand_landmarks"][1].__setitem__(0, [40, 10]), "bad_number"),
    ],
)
def test_bad_annotations_are_named(tmp_path, edit, kind):
    root = layouts.write_hagrid(tmp_path)
    layouts.edit_json(root / TRAIN, lambda c: edit(next(iter(c.values()))))
    problems = HagridReader(root).index().problems
    assert [p.kind for p in problems] == [kind]
    assert problems[0].where.startswith("03487280-train[")


@pytest.mark.parametrize("text", ['{"a": {"bboxes": [[', "[1]", '{"a": 1, "a": 2}'])
def test_a_broken_gesture_file_leaves_the_others(tmp_path, text):
    root = layouts.write_hagrid(tmp_path)
    (root / TRAIN).write_text(text)
    records, problems = HagridReader(root).index()
    assert len(records) == 2
    assert [(p.kind, p.path) for p in problems] == [("broken_file", str(root / TRAIN))]


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"no GESTURE\.json in annotations/val/"):
        HagridReader(tmp_path, "val").index()
