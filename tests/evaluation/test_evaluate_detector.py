"""`handypose evaluate` of a detector: red dots are hands, and how many it finds."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from dot_detector import write_dot_detector
from dot_model import write_dot_model

from handypose_tf.cli.main import main
from handypose_tf.files import write_json
from handypose_tf.hand import KEYPOINT_NAMES
from handypose_tf.images import write_image

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.fixture(scope="module")
def detector(tmp_path_factory) -> Path:
    return write_dot_detector(tmp_path_factory.mktemp("detector") / "dots.tflite")


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> str:
    """Three photos of a red dot with a green one beside it; in one it is no hand."""
    folder = tmp_path_factory.mktemp("photos")
    images, annotations = [], []
    for number, (x, y) in enumerate([(60, 60), (90, 70), (70, 90)]):
        picture = np.zeros((160, 160, 3), np.uint8)
        cv2.circle(picture, (x, y), 8, (255, 0, 0), -1)
        cv2.circle(picture, (x + 40, y), 8, (0, 255, 0), -1)
        write_image(folder / "images" / f"{number}.png", picture)
        size = {"width": 160, "height": 160}
        images.append({"id": number, "file_name": f"{number}.png", **size})
        # The detector's box is 2 x 3 square roots of the dot's area, about 14.
        shift = 60 if number == 2 else 0
        box = [x - 14 + shift, y - 21 + shift // 2, 28, 42]
        points = np.linspace(box[:2], (box[0] + 28, box[1] + 42), 21)
        flat = np.column_stack([points, np.full(21, 2)]).ravel().tolist()
        ids = {"id": number, "image_id": number, "category_id": 1}
        annotations.append({**ids, "keypoints": flat, "bbox": box})
    content = {"images": images, "annotations": annotations}
    category = {"id": 1, "name": "hand", "keypoints": list(KEYPOINT_NAMES)}
    write_json(folder / "labels.json", {**content, "categories": [category]})
    return f"coco:{folder / 'labels.json'}"


def test_a_detector_is_told_by_its_file_and_measured_on_photos(
    detector, data, tmp_path, capsys
):
    figures = tmp_path / "figures.json"
    words = ["evaluate", "--model", str(detector), "--data", data]
    assert main([*words, "--json", str(figures)]) == 0
    text = capsys.readouterr().out
    assert "3 photos, 3 hands" in text
    found = json.loads(figures.read_text())["finding"]["dots.tflite"]
    # Two of three hands are where the detector finds them. In the third photo its find
    # is a false alarm, one in three photos: too many for .1, few enough for .5.
    assert found["num_hands"] == 3
    assert found["recall@0.5"]["value"] == pytest.approx(2 / 3)
    assert found["recall@0.1"]["value"] == 0
    assert found["recall@0.1"]["threshold"] is None
    assert "at 0.5 false alarms a photo" in text and "66.7 [" in text


def test_keypoints_behind_it_are_measured_with_a_pose_model(
    detector, data, tmp_path, capsys
):
    pose = write_dot_model(tmp_path / "pose.tflite")
    figures = tmp_path / "figures.json"
    words = ["evaluate", "--task", "detector", "--model", str(detector)]
    words += ["--data", data, "--pose", str(pose), "--json", str(figures)]
    assert main(words) == 0
    assert "a hand not found is wrong" in capsys.readouterr().out
    score = json.loads(figures.read_text())["keypoints"]["dots.tflite"]
    assert 0 <= score["pck"]["value"] <= score["pck_found"]["value"] <= 1


def test_two_files_of_one_name_are_two_columns(detector, data, tmp_path, capsys):
    other = tmp_path / "dots.tflite"
    other.write_bytes(detector.read_bytes())
    pose = write_dot_model(tmp_path / "pose.tflite")
    words = ["evaluate", "--model", str(detector), "--model", str(other)]
    words += ["--data", data, "--pose", str(pose), "--model", str(other)]
    assert main([*words, "--json", str(tmp_path / "a.json")]) == 0
    figures = json.loads((tmp_path / "a.json").read_text())
    names = [str(detector), str(other)]
    assert [*figures["finding"]] == [*figures["keypoints"]] == names


def test_a_keras_file_of_a_detector_is_known_as_one(data, tmp_path, capsys):
    path = tmp_path / "best.keras"
    with zipfile.ZipFile(path, "w") as archive:
        name = "handypose_tf>HandyPoseDetector"
        description = {"registered_name": name, "config": {}}
        archive.writestr("config.json", json.dumps(description))
    assert main(["evaluate", "--model", str(path), "--data", data]) == 1
    told = "runs as .tflite; write it with `handypose export best.keras --out"
    assert told in capsys.readouterr().err


def test_what_is_missing_is_said(data, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["evaluate", "--task", "detector", "--data", data, "--predictions", "x"])
    assert "--task detector needs --model" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["evaluate", "--model", "handypose_lite0", "--data", data])
    assert "give --protocol, one of agmn" in capsys.readouterr().err
    words = ["--model", "handypose_detector", "--protocol", "nsrm"]
    with pytest.raises(SystemExit, match="2"):
        main(["evaluate", *words, "--data", data])
    assert "--protocol is for pose models, and handypose" in capsys.readouterr().err
