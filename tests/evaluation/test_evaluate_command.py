"""`handypose evaluate` from the command line to its files."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from made_hands import PredictNear

from handypose_tf.cli import evaluate as command
from handypose_tf.cli.main import main
from handypose_tf.data import Record, open_source
from handypose_tf.evaluation import Predictions, write_coco_results
from handypose_tf.hand import KEYPOINT_NAMES


@pytest.fixture
def data(hands: list[Record], tmp_path: Path) -> str:
    """Write the hands as COCO annotations; return their name on the command line."""
    names = sorted({Path(record.image_path).name for record in hands})
    images = [
        {"id": i, "file_name": name, "width": 160, "height": 120}
        for i, name in enumerate(names)
    ]
    annotations = [
        {
            "id": 100 + i,
            "image_id": i // 3,
            "category_id": 1,
            "bbox": record.box.tolist(),
            "keypoints": np.column_stack([record.keypoints, record.visibility])
            .ravel()
            .tolist(),
        }
        for i, record in enumerate(hands)
    ]
    content = {"images": images, "annotations": annotations, "categories": []}
    path = tmp_path / "annotations.json"
    path.write_text(json.dumps(content))
    return f"coco:{path}"


@pytest.fixture
def peer(hands: list[Record], predict_near: PredictNear, tmp_path: Path) -> str:
    """Write predictions for the hands."""
    keypoints = predict_near(4.0, 0)
    scores = np.full(keypoints.shape[:2], 0.5)
    path = tmp_path / "peer.json"
    return str(write_coco_results(path, hands, Predictions(keypoints, scores)))


class ShiftedEstimator:
    """Stands in for a model: the picture's hands, seven pixels to the right."""

    def __init__(
        self, model: str, threads: int | None = None, *, refine: bool = True
    ) -> None:
        self.refine = refine
        self.metadata = SimpleNamespace(crop_scale=1.5, keypoint_names=KEYPOINT_NAMES)
        self.path = model
        self.shift = 7.0 if "good" in model else 30.0

    def predict(self, image: np.ndarray, boxes: np.ndarray) -> list[Any]:
        centers = boxes[:, :2] + boxes[:, 2:] / 2 + [self.shift, 0]
        points = np.repeat(centers[:, None], 21, axis=1)
        scores = np.full(21, 0.5)
        return [SimpleNamespace(keypoints=p, scores=scores) for p in points]

    def heatmaps(self, image: np.ndarray, box: np.ndarray) -> None:
        return None


def test_models_and_predictions_side_by_side(
    data: str,
    peer: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(command, "HandPoseEstimator", ShiftedEstimator)
    files = {name: tmp_path / "out" / f"{name}.png" for name in ("plot", "worst")}
    files |= {name: tmp_path / "out" / f"{name}.json" for name in ("json", "save")}
    words = ["evaluate", "--model", "good.tflite", "--model", "bad.tflite"]
    words += ["--predictions", peer, "--data", data, "--protocol", "nsrm"]
    words += ["--min-size", "60", "--min-points", "10", "--plot", str(files["plot"])]
    words += ["--worst", str(files["worst"]), "--json", str(files["json"])]
    words += ["--save-predictions", str(files["save"])]
    assert main(words) == 0
    text = capsys.readouterr().out
    assert "at least 60 px with at least 10 visible points" in text
    header = "good.tflite +bad.tflite +peer.json +bad.tflite - good.tflite"
    assert re.search(header, text)
    assert re.search(r"crop +1.5 x tight box +1.5 x tight box +-\n", text)
    summary = json.loads(files["json"].read_text())
    epe = [e["scores"]["epe"]["value"] for e in summary["evaluations"]]
    assert epe[2] < epe[0] < epe[1]
    assert (summary["min_size"], summary["min_points"]) == (60, 10)
    assert len(summary["differences"]) == 2
    assert all(cv2.imread(str(files[name])) is not None for name in ("plot", "worst"))
    saved = json.loads(files["save"].read_text())
    assert len(saved) == summary["evaluations"][0]["num_hands"]


def test_saved_predictions_give_the_same_figures(
    data: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "HandPoseEstimator", ShiftedEstimator)
    saved, figures = tmp_path / "saved.json", tmp_path / "figures.json"
    words = ["evaluate", "--data", data, "--protocol", "agmn", "--json", str(figures)]
    scores = []
    for source in (
        ["--model", "good", "--save-predictions", str(saved)],
        ["--predictions", str(saved)],
    ):
        assert main([*words, *source]) == 0
        (found,) = json.loads(figures.read_text())["evaluations"]
        scores.append(found["scores"])
    assert scores[0]["epe"]["value"] > 0
    for name, score in scores[0].items():
        assert score == pytest.approx(scores[1][name], rel=1e-4)


class SidedEstimator(ShiftedEstimator):
    """Takes every hand for a left one."""

    def predict(self, image: np.ndarray, boxes: np.ndarray) -> list[Any]:
        hands = super().predict(image, boxes)
        return [SimpleNamespace(**vars(hand), left_score=0.9) for hand in hands]


def test_sides_are_measured_where_both_know_them(
    data: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(command, "HandPoseEstimator", SidedEstimator)
    path = Path(data.partition(":")[2])
    content = json.loads(path.read_text())
    for number, annotation in enumerate(content["annotations"][:20]):
        annotation["is_left"] = int(number % 4 > 0)
    path.write_text(json.dumps(content))
    figures = tmp_path / "figures.json"
    words = ["evaluate", "--data", data, "--protocol", "agmn", "--json", str(figures)]
    assert main([*words, "--model", "good"]) == 0
    assert "left or right told rightly: 75.0% [" in capsys.readouterr().out
    (found,) = json.loads(figures.read_text())["evaluations"]
    assert found["handedness"]["accuracy"]["value"] == 0.75
    assert (found["handedness"]["num_left"], found["handedness"]["num_right"]) == (
        15,
        5,
    )


def test_the_flip_test_needs_heatmaps(
    data: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "HandPoseEstimator", ShiftedEstimator)
    words = ["evaluate", "--model", "good", "--data", data, "--protocol", "agmn"]
    assert main([*words, "--flip-test"]) == 1
    assert "good: gives no heatmaps" in capsys.readouterr().err


def test_the_crop_can_be_chosen(
    data: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "HandPoseEstimator", ShiftedEstimator)
    words = ["evaluate", "--model", "good", "--data", data, "--protocol", "agmn"]
    assert main(words) == 0
    assert "2.2 x annotation box" in capsys.readouterr().out
    assert main([*words, "--crop-scale", "1.8", "--crop-box", "tight"]) == 0
    assert "1.8 x tight box" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        ([], 2, "give --model or --predictions"),
        (["--predictions", "none.json"], 1, "none.json: no such file"),
        (["--predictions", "PEER", "--min-size", "500"], 1, "none of 30 hands has"),
        (["--predictions", "PEER", "--protocol", "pckh"], 1, "annotated head size"),
        (["--predictions", "PEER", "--crop-scale", "0"], 2, "not a number from 0.1 to"),
        (["--predictions", "PEER", "--crop-scale", "1e9"], 2, "from 0.1 to 20"),
        (["--model", "two_points"], 1, "finds 2 points, nose to tail, not the 21"),
    ],
)
def test_errors_are_one_line(
    data: str,
    peer: str,
    words: list[str],
    code: int,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    metadata = SimpleNamespace(keypoint_names=("nose", "tail"), crop_scale=1.5)
    model = SimpleNamespace(metadata=metadata)
    monkeypatch.setattr(command, "HandPoseEstimator", lambda *_, **__: model)
    words = [peer if word == "PEER" else word for word in words]
    words = ["evaluate", "--data", data, "--protocol", "mmpose", *words]
    if code == 2:
        with pytest.raises(SystemExit, match="2"):
            main(words)
    else:
        assert main(words) == code
    errors = capsys.readouterr().err
    assert reason in errors
    assert "Traceback" not in errors


def test_tensorflow_is_not_imported(data: str, peer: str) -> None:
    words = ["evaluate", "--predictions", peer, "--data", data, "--protocol", "nsrm"]
    code = (
        "import sys; from handypose_tf.cli.main import main; "
        f"main({words!r}); sys.exit('tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.shared
def test_the_development_figure_is_taken_on_26_hands(
    shared_dir: Path, tmp_path: Path
) -> None:
    data = f"coco:{shared_dir}/data/coco_hands_dev/annotations.json"
    records = open_source(data).records()
    truth = np.stack([record.keypoints for record in records])
    predictions = Predictions(truth, np.ones(truth.shape[:2]))
    path = write_coco_results(tmp_path / "truth.json", records, predictions)
    words = ["evaluate", "--predictions", str(path), "--data", data]
    words += ["--protocol", "nsrm", "--min-size", "48", "--min-points", "10"]
    assert main([*words, "--json", str(tmp_path / "figures.json")]) == 0
    summary = json.loads((tmp_path / "figures.json").read_text())
    (found,) = summary["evaluations"]
    assert found["num_hands"] == 26
    assert found["scores"]["pck_box@0.2"]["value"] == 1
