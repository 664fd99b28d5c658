import layouts
import numpy as np
import pytest

from handypose_tf.data.readers.interhand import InterHandReader, to_camera
from handypose_tf.errors import DataError

DATA = "annotations/test/InterHand2.6M_test_data.json"


def test_reads_single_and_touching_hands(tmp_path):
    records = InterHandReader(layouts.write_interhand(tmp_path)).records()
    name = "test/Capture0/ROM01/cam400262/image{}.jpg/{}"
    assert [(r.sample_id, r.is_left) for r in records] == [
        (name.format(7, "right"), 0),
        (name.format(8, "right"), 0),
        (name.format(8, "left"), 1),
    ]
    assert records[0].split == "test"


def test_projects_world_points_through_the_camera(tmp_path):
    right, _, left = InterHandReader(layouts.write_interhand(tmp_path)).records()
    # Joint j lies at (250 + j, 130 - 2 j); wrist 20, thumb 3 (base) .. 0 (tip).
    expected = {0: 20, 1: 3, 4: 0, 5: 7, 20: 16}
    for canonical, j in expected.items():
        np.testing.assert_allclose(
            right.keypoints[canonical], [250 + j, 130 - 2 * j], atol=1e-3
        )
    np.testing.assert_allclose(left.keypoints[1], [250 + 24, 130 - 48], atol=1e-3)


def test_camera_rule_is_rotation_of_the_difference():
    turn = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    moved = to_camera(np.array([[3.0, 4, 5]]), turn, np.array([1.0, 1, 1]))
    # X - t = (2, 3, 4); a quarter turn gives (-3, 2, 4).
    assert moved.tolist() == [[-3, 2, 4]]


def test_visibility_and_boxes_by_hand_type(tmp_path):
    single, right, left = InterHandReader(layouts.write_interhand(tmp_path)).records()
    assert single.box.tolist() == [200, 100, 90, 80]
    # Touching hands have one annotated box; each gets its own tight one.
    np.testing.assert_allclose(right.box, [250, 90, 20, 40], atol=1e-3)
    assert left.visibility.tolist() == [0.0] + [1.0] * 20
    assert left.keypoints[0].tolist() == [0, 0]


def test_a_joint_that_is_not_valid_may_lie_anywhere(tmp_path):
    root = layouts.write_interhand(tmp_path)
    path = root / "annotations/test/InterHand2.6M_test_joint_3d.json"
    far = [0.0, -5000.0, 0.0]
    layouts.edit_json(path, lambda j: j["0"]["8"]["world_coord"].__setitem__(41, far))
    assert len(InterHandReader(root).records()) == 3


def test_finds_the_first_editions_folders(tmp_path):
    root = layouts.write_interhand(tmp_path)
    (root / "annotations/test").rename(root / "annotations/all")
    assert len(InterHandReader(root, "test").records()) == 3


@pytest.mark.parametrize(
    ("edit", "kind"),
    [
        (lambda a: a.update(hand_type="foot"), "bad_structure"),
        (lambda a: a.update(joint_valid=[[1]] * 41), "wrong_joint_count"),
        (lambda a: a.update(joint_valid=[[0]] * 42), "no_visible_joint"),
        (lambda a: a.pop("bbox"), "bad_structure"),
    ],
)
def test_bad_annotations_are_named(tmp_path, edit, kind):
    root = layouts.write_interhand(tmp_path)
    layouts.edit_json(root / DATA, lambda c: edit(c["annotations"][0]))
    problems = InterHandReader(root).index().problems
    assert [(p.kind, p.where) for p in problems] == [(kind, "annotations[0].right")]


def test_a_frame_without_joints_is_named(tmp_path):
    root = layouts.write_interhand(tmp_path)
    path = root / "annotations/test/InterHand2.6M_test_joint_3d.json"
    layouts.edit_json(path, lambda joints: joints["0"].pop("7"))
    problems = InterHandReader(root).index().problems
    assert [p.reason for p in problems] == ["the field `7` is missing"]


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"no InterHand2\.6M_\*_data\.json"):
        InterHandReader(tmp_path).index()
