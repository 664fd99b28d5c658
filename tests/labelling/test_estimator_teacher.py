from __future__ import annotations

import numpy as np
import pytest
from dot_hands import DotEstimator, dot_positions, draw_dots

from handypose_tf.labelling import EstimatorTeacher


@pytest.mark.parametrize("upright", [(0, -1), (1, 0), (0, 1), (-1, 0)])
def test_the_best_turn_is_moved_back_to_the_picture(upright: tuple[int, int]) -> None:
    teacher = EstimatorTeacher(
        DotEstimator(np.array(upright)), "dots", version="1", licence="CC0"
    )
    (label,) = teacher.label(draw_dots(3))
    np.testing.assert_allclose(label.keypoints, dot_positions(3), atol=0.6)
    assert label.disagreement < 0.01
    assert label.is_left is None
    assert 0.5 <= label.score <= 1


def test_no_hand_is_no_label() -> None:
    teacher = EstimatorTeacher(
        DotEstimator(np.array([0, -1])), "dots", version="1", licence="CC0"
    )
    assert teacher.label(draw_dots(3, num_dots=20)) == []
    facts = teacher.describe()
    assert (facts["name"], facts["version"], facts["licence"]) == ("dots", "1", "CC0")
