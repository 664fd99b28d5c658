"""Pictures of hard hands; they are drawn in another process, see `test_render`."""

import numpy as np
import pytest


@pytest.fixture(scope="module")
def scene(render_process, real_anatomy):
    """Draws a hard scene of one kind from a seed; see `render_jobs.hard_facts`."""
    return lambda kind, seed: render_process("hard_facts", kind, seed)


@pytest.mark.parametrize("seed", range(3))
def test_touching_hands_touch_and_do_not_cross(scene, seed):
    facts = scene("touch", seed)
    assert facts.num_hands == 2
    assert 0.12 < facts.gap <= 0.25


@pytest.mark.parametrize("seed", range(3))
def test_a_gripped_arm_lies_in_the_other_hand(scene, seed):
    facts = scene("arm", seed)
    assert facts.num_hands == 2 and facts.gap < 0.45


def test_a_grip_has_its_thing(scene):
    assert all(scene("grip", seed).num_things >= 1 for seed in range(3))


def test_hard_pictures_come_in_their_share(render_process, real_anatomy):
    usual = [render_process("sample", 6, i).image for i in range(3)]
    never = [render_process("sample", 6, i, hard=0.0).image for i in range(3)]
    always = [render_process("sample", 6, i, hard=1.0).image for i in range(3)]
    np.testing.assert_array_equal(usual, never)
    assert all((a != b).any() for a, b in zip(usual, always, strict=True))


@pytest.mark.parametrize("index", range(6))
def test_of_a_hard_hand_enough_is_in_the_picture(render_process, real_anatomy, index):
    for hand in render_process("sample", 11, index, hard=1.0).hands:
        inside = ((hand.keypoints > -0.5) & (hand.keypoints < 95.5)).all(axis=1)
        np.testing.assert_array_equal(hand.visibility > 0, inside)
        assert inside.sum() >= 9 and (hand.visibility == 2).sum() >= 6
