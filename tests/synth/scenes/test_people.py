"""Pictures of people; they are drawn in another process, see `test_renderer`."""

import numpy as np
import pytest


@pytest.fixture(scope="module")
def people(real_anatomy, render_process):
    return render_process


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_seen_of_a_hand_lies_on_skin(people, seed):
    rendering = people("people_rendering", seed)
    points = rendering.keypoints[rendering.is_seen]
    columns, rows = np.rint(points).astype(int).T
    assert (rendering.coverage[rows, columns] == 1).all()
    assert rendering.skin[rows, columns].mean() > 0.9


def test_a_picture_of_people_depends_on_seed_and_index_alone(people):
    first = people("people_sample", 3, 1)
    people("people_sample", 3, 2)
    again = people("people_sample", 3, 1)
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(first.hands[0].keypoints, again.hands[0].keypoints)


@pytest.mark.parametrize("index", range(3))
def test_hands_are_marked_as_hidden_where_little_is_seen(people, index):
    hands = people("people_sample", 3, index).hands
    assert max((hand.visibility == 2).sum() for hand in hands) >= 10
    for hand in hands:
        num_seen = (hand.visibility == 2).sum()
        tiny = hand.box[2:].max() < 0.025 * 192
        assert hand.is_hidden == (num_seen < 6 or tiny)
