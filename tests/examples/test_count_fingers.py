from __future__ import annotations

import count_fingers
import numpy as np
import pytest

from handypose_tf.hand import FINGER_KEYPOINTS, FINGERS


@pytest.fixture
def open_hand(truth) -> np.ndarray:
    return np.array(truth["keypoints"])


def bend(keypoints: np.ndarray, *fingers: str) -> np.ndarray:
    """Fold the two outer joints of fingers back onto the inner ones."""
    bent = keypoints.copy()
    for finger in fingers:
        base, knuckle, third, tip = FINGER_KEYPOINTS[finger]
        bent[third] = keypoints[knuckle] + 0.3 * (keypoints[base] - keypoints[knuckle])
        bent[tip] = keypoints[knuckle] + 0.8 * (keypoints[base] - keypoints[knuckle])
    return bent


@pytest.mark.parametrize(
    "bent", [(), ("thumb",), FINGERS[1:], FINGERS, ("ring", "little", "thumb")]
)
def test_bent_fingers_do_not_count(open_hand, bent):
    expected = [finger for finger in FINGERS if finger not in bent]
    assert count_fingers.stretched_fingers(bend(open_hand, *bent)) == expected


@pytest.mark.parametrize("degrees", [0, 90, 200])
def test_the_turn_of_the_hand_does_not_matter(open_hand, degrees):
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned = bend(open_hand, "index") @ turn
    found = count_fingers.stretched_fingers(turned)
    assert found == ["thumb", "middle", "ring", "little"]


def test_the_demo_picture_shows_five(photo, capsys):
    count_fingers.main([str(photo)])
    assert capsys.readouterr().out.startswith(f"{photo}: 5 (thumb, index, ")
