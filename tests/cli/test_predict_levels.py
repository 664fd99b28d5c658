"""How closely `handypose predict` looks for hands."""

from __future__ import annotations

import numpy as np
import pytest
from dot_detector import write_dot_detector

from handypose_tf.cli.main import main
from handypose_tf.images import write_image
from handypose_tf.inference import HandDetector


@pytest.mark.parametrize(
    ("options", "levels"),
    [
        ([], 3),
        (["--levels", "2"], 2),
        (["--sequence"], 1),
        (["--sequence", "--levels", "2"], 2),
    ],
)
def test_pictures_closely_and_videos_fast(
    tmp_path, dot_model, monkeypatch, options, levels
):
    detector = write_dot_detector(tmp_path / "detector.tflite")
    photo = tmp_path / "photo.png"
    write_image(photo, np.zeros((60, 80, 3), np.uint8))
    looks = []

    def detect(self, image):
        looks.append(self.levels)
        return []

    monkeypatch.setattr(HandDetector, "detect", detect)
    command = ["predict", str(photo), "--jsonl", str(tmp_path / "a.jsonl")]
    command += ["--model", str(dot_model), "--detector", str(detector), *options]
    assert main(command) == 0
    assert looks == [levels]
