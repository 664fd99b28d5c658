import layouts
import numpy as np
import pytest

from handypose_tf.data.readers.freihand import FreiHandReader
from handypose_tf.errors import DataError


def test_projects_by_the_camera_matrix(tmp_path):
    record = FreiHandReader(layouts.write_freihand(tmp_path)).records()[0]
    # 200 px focal length at 0.5 m: 0.4 px per mm from the centre (112, 112).
    joints = np.arange(21)[:, None]
    np.testing.assert_allclose(record.keypoints, 112 + joints * [0.4, 0.8], atol=1e-4)
    assert record.visibility.min() == 1
    np.testing.assert_allclose(record.box, [112, 112, 8, 16], atol=1e-4)
    assert record.is_left == 0


def test_the_versions_share_the_labels_of_their_hand(tmp_path):
    root = layouts.write_freihand(tmp_path)
    layouts.edit_json(
        root / "training_xyz.json",
        lambda xyz: xyz.__setitem__(1, [[0, 0, 1]] * 20 + [[1, 1, 1]]),
    )
    records = FreiHandReader(root, "train").records()
    assert len(records) == 12
    moved = [i for i, r in enumerate(records) if r.keypoints[20, 0] == 312]
    assert moved == [1, 4, 7, 10]
    assert records[4].sample_id == "training/00000004"


def test_evaluation_has_one_version(tmp_path):
    root = layouts.write_freihand(tmp_path)
    assert len(FreiHandReader(root, "evaluation").records()) == 3
    assert len(FreiHandReader(root).records()) == 15


def test_a_missing_picture_among_the_versions_is_named(tmp_path):
    root = layouts.write_freihand(tmp_path)
    (root / "training/rgb/00000005.jpg").unlink()
    problems = FreiHandReader(root).index().problems
    assert [p.kind for p in problems] == ["missing_picture"]
    assert "00000005.jpg" in problems[0].reason
    assert problems[0].where == "[2]"


def test_a_joint_behind_the_camera_is_named(tmp_path):
    root = layouts.write_freihand(tmp_path, versions=1)
    layouts.edit_json(
        root / "training_xyz.json", lambda xyz: xyz[0][4].__setitem__(2, -1)
    )
    problems = FreiHandReader(root, "train").index().problems
    assert [p.kind for p in problems] == ["bad_number"]


def test_files_of_different_length_are_refused(tmp_path):
    root = layouts.write_freihand(tmp_path)
    layouts.edit_json(root / "training_xyz.json", lambda xyz: xyz.pop())
    with pytest.raises(
        DataError, match=r"training_xyz\.json: 2 entries for 3 of the K"
    ):
        FreiHandReader(root).index()
