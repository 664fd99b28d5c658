import dataclasses

import layouts
import numpy as np
import pytest

from handypose_tf.data.sample import Problem, Record, RecordError, box_around
from handypose_tf.errors import DataError
from handypose_tf.images.header import PictureHeader


def record(**changes):
    values = {
        "sample_id": "a",
        "image_path": "a.jpg",
        "keypoints": layouts.points(),
        "visibility": [1] * 21,
        "box": [10, 12, 20, 20],
        **changes,
    }
    return Record(**values)


def test_arrays_become_float32():
    result = record()
    assert {a.dtype for a in (result.keypoints, result.visibility, result.box)} == {
        np.dtype(np.float32)
    }


def test_a_place_without_a_hand_is_a_record():
    assert record().is_hand
    assert not record(visibility=[-1] * 21).is_hand


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"visibility": [1] * 20}, "wrong_joint_count"),
        ({"keypoints": np.ones((21, 3))}, "wrong_joint_count"),
        ({"keypoints": np.full((21, 2), np.nan)}, "bad_number"),
        ({"keypoints": np.full((21, 2), np.inf)}, "bad_number"),
        ({"visibility": [np.nan] * 21}, "bad_number"),
        ({"visibility": [1.01] * 21}, "bad_number"),
        ({"visibility": [-0.1] * 21}, "bad_number"),
        ({"visibility": [0] * 21}, "no_visible_joint"),
        ({"box": [0, 0, 1]}, "bad_number"),
        ({"box": [0, 0, np.nan, 1]}, "bad_number"),
        ({"box": [0, 0, 0, 0]}, "empty_box"),
        ({"box": [0, 0, 5, -1]}, "empty_box"),
        ({"head_size": -1.0}, "bad_number"),
        ({"keypoints": np.full((21, 2), 0.7)}, "bad_number"),
        ({"box": [0.1, 0.1, 0.9, 0.9]}, "bad_number"),
        ({"box": [100, 100, 20, 20]}, "box_elsewhere"),
        ({"box": [10, 12, 4, 4]}, "box_elsewhere"),
        ({"head_size": float("nan")}, "bad_number"),
    ],
)
def test_bad_records_are_refused_by_kind(changes, kind):
    with pytest.raises(RecordError) as caught:
        record(**changes)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        ([-0.5, -0.5, 64, 48], True),
        ([-30, -30, 29.6, 29.6], True),
        ([-30, 0, 29.5, 9], False),
        ([0, -30, 9, 29.5], False),
        ([63.4, 47.4, 9, 9], True),
        ([63.5, 0, 9, 9], False),
        ([0, 47.5, 9, 9], False),
    ],
)
def test_a_box_must_share_a_pixel_with_its_picture(box, inside):
    header = PictureHeader(64, 48)
    if inside:
        inner = np.clip(box[0] + box[2] / 2, 2, None), box[1] + box[3] / 2
        record(box=box, header=header, keypoints=np.full((21, 2), inner))
    else:
        with pytest.raises(RecordError) as caught:
            record(box=box, header=header)
        assert caught.value.kind == "box_outside"


def test_cmu_box_counts_visible_points_alone():
    points = np.array(layouts.points())
    points[20] = 1000
    box = box_around([20, 20], points, [1] * 20 + [0])
    assert box.tolist() == [10.5, 10.5, 19, 19]
    with pytest.raises(RecordError, match="no joint is visible"):
        box_around([20, 20], points, [0] * 21)


def test_reads_its_picture_or_a_span_of_a_file(tmp_path):
    path = layouts.write_picture(tmp_path / "a.png")
    data = path.read_bytes()
    (tmp_path / "shard").write_bytes(b"before" + data + b"after")
    whole = record(image_path=str(path))
    span = dataclasses.replace(
        whole, image_path=str(tmp_path / "shard"), span=(6, len(data))
    )
    assert whole.read_image().shape == (48, 64, 3)
    np.testing.assert_array_equal(whole.read_image(), span.read_image())


@pytest.mark.parametrize("content", [None, b"", b"nothing"])
def test_a_picture_that_cannot_be_read_is_named(tmp_path, content):
    path = tmp_path / "a.jpg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.jpg: "):
        record(image_path=str(path)).read_image()


def test_a_problem_is_one_line():
    problem = Problem("a.json", "line 3", "no point", "bad_structure")
    assert str(problem) == "a.json (line 3): no point [bad_structure]"
    whole = Problem("a.json", "", "cut off", "broken_file")
    assert str(whole) == "a.json: cut off [broken_file]"
