"""How closely `handypose predict` looks for hands, and what it takes for one."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from dot_detector import write_dot_detector
from dot_model import dot_image, true_keypoints
from fake_detector import detected

from handypose_tf.cli.main import main
from handypose_tf.images import write_image
from handypose_tf.inference import HandDetector

CENTERS = np.array([[120.0, 80], [160, 130], [110, 150]])


@pytest.mark.parametrize(
    ("options", "levels"),
    [
        ([], 2),
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


@pytest.mark.parametrize(("least", "num_hands"), [("0.2", 1), ("0.8", 0)])
def test_the_least_score_is_an_option(
    tmp_path, dot_model, monkeypatch, capsys, least, num_hands
):
    """A hand of score 1 for the pose model, .25 for the detector, makes .5."""
    detector = write_dot_detector(tmp_path / "detector.tflite")
    photo = tmp_path / "photo.png"
    write_image(photo, dot_image(300, 400, CENTERS, 9))
    hand = replace(detected(true_keypoints(CENTERS)), score=0.25)
    monkeypatch.setattr(HandDetector, "detect", lambda self, image: [hand])
    command = ["predict", str(photo), "--json", str(tmp_path / "a.json")]
    command += ["--model", str(dot_model), "--detector", str(detector)]
    assert main([*command, "--min-score", least]) == 0
    [entry] = json.loads((tmp_path / "a.json").read_text())
    assert len(entry["hands"]) == num_hands
    with pytest.raises(SystemExit):
        main([*command, "--min-score", "1.5"])
    assert "'1.5' is not a number from 0 to 1" in capsys.readouterr().err
