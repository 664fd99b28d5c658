from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import webcam

from handypose_tf.images import read_image
from handypose_tf.inference.video.frames import Camera


class Capture:
    """A camera in front of which the demo picture is held for four frames."""

    picture: np.ndarray
    numbers: list[int]

    def __init__(self, number):
        self.numbers.append(number)
        self.left = 4

    def isOpened(self):
        return True

    def get(self, what):
        return 25.0

    def read(self):
        self.left -= 1
        return self.left >= 0, self.picture[:, :, ::-1]

    def release(self):
        pass


@pytest.fixture
def shown(monkeypatch, photo: Path) -> list[np.ndarray]:
    """What the window shows."""
    pictures: list[np.ndarray] = []
    Capture.picture, Capture.numbers = read_image(photo), []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(cv2, "VideoCapture", Capture)
    monkeypatch.setattr(cv2, "namedWindow", lambda *_: None)
    monkeypatch.setattr(cv2, "destroyWindow", lambda *_: None)
    monkeypatch.setattr(cv2, "imshow", lambda _, image: pictures.append(image))
    monkeypatch.setattr(cv2, "waitKey", lambda _: -1)
    return pictures


def test_the_camera_s_hands_are_shown(shown, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["webcam.py", "--camera", "3"])
    webcam.main()
    assert Capture.numbers == [3] and len(shown) == 4
    for picture in shown:
        drawn = (picture != Capture.picture[:, :, ::-1]).any(axis=2)
        assert 0.005 < drawn.mean() < 0.2


def test_a_mirror_shows_the_other_side(shown):
    plain, mirrored = Camera(0), webcam.Mirrored(Camera(0))
    assert (mirrored.name, mirrored.fps, mirrored.num_frames) == ("camera 0", 25, None)
    for one, other in zip(plain, mirrored, strict=True):
        np.testing.assert_array_equal(one.image, other.image[:, ::-1])
        assert one.index == other.index
