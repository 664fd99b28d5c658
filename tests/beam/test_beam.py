"""On Beam's direct runner the results are those of the commands, picture by picture."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import pytest

import handypose_tf
from handypose_tf.cli.main import main
from handypose_tf.errors import DataError
from handypose_tf.images import read_image, write_image

beam = pytest.importorskip("apache_beam", reason="needs the beam extra")

from handypose_tf.beam import LabelHands, PredictHands  # noqa: E402
from handypose_tf.beam.picture_transform import PictureTransform  # noqa: E402

ASSETS = Path(handypose_tf.__file__).parent / "assets"
NUM_HANDS = 6

Outcome = tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, int]]
Run = Callable[..., Outcome]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Six turned hands, and three pictures that cannot be used."""
    folder = tmp_path / "photos"
    hand = read_image(ASSETS / "demo_hand.jpg")
    height, width = hand.shape[:2]
    for number in range(NUM_HANDS):
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), 9 * number - 20, 1)
        turned = cv2.warpAffine(hand, turn, (width, height))
        write_image(folder / f"{number}.jpg", turned)
    (folder / "empty.jpg").touch()
    (folder / "text.jpg").write_bytes(b"no picture")
    (folder / "cut.jpg").write_bytes((folder / "0.jpg").read_bytes()[:5000])
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a transform on patterns; give its results, errors and counters."""

    def run(transform: beam.PTransform, *patterns: str) -> Outcome:
        pipeline = beam.Pipeline("FnApiRunner")
        outputs = pipeline | beam.Create(patterns) | transform
        for name, elements in outputs._asdict().items():
            write_lines(name, elements, tmp_path)
        done = pipeline.run()
        done.wait_until_finish()
        numbers: Counter[str] = Counter()
        for counter in done.metrics().query()["counters"]:
            numbers[counter.key.metric.name] += counter.committed
        return *(read_lines(tmp_path / name) for name in outputs._fields), numbers

    return run


def write_lines(name: str, elements: beam.PCollection, folder: Path) -> None:
    lines = elements | f"{name} as JSON" >> beam.Map(json.dumps)
    file = beam.io.WriteToText(str(folder / name), shard_name_template="")
    lines | f"write {name}" >> file


def read_lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in sorted(file.read_text().splitlines())]


def test_predict_gives_what_the_command_writes(
    run: Run, photos: Path, tmp_path: Path
) -> None:
    gone = str(tmp_path / "gone" / "*.jpg")
    found, errors, numbers = run(PredictHands(), f"{photos}/*.jpg", gone)
    json_file = tmp_path / "hands.json"
    assert main(["predict", str(photos), "--json", str(json_file)]) == 1
    assert found == json.loads(json_file.read_text())
    assert [len(entry["hands"]) for entry in found] == [1] * NUM_HANDS
    assert [Path(error["image"]).name for error in errors] == [
        "*.jpg",
        "cut.jpg",
        "empty.jpg",
        "text.jpg",
    ]
    assert numbers == {"pictures": NUM_HANDS, "hands": NUM_HANDS, "errors": 4}


def test_the_reasons_are_those_of_the_command(
    run: Run, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, errors, _ = run(PredictHands(), f"{photos}/*t*.jpg")
    assert main(["predict", f"{photos}/*t*.jpg", "--json", "/dev/null"]) == 1
    said = capsys.readouterr().err
    assert len(errors) == 3
    for error in errors:
        assert f"{error['image']}: {error['reason']}" in said


def test_the_estimator_s_own_settings_arrive(run: Run, photos: Path) -> None:
    found, _, numbers = run(
        PredictHands(min_score=1.0), f"{photos}/0.jpg", f"{photos}/1.jpg"
    )
    assert [entry["hands"] for entry in found] == [[], []]
    assert numbers["hands"] == 0


def test_label_gives_the_lines_of_the_command_s_log(
    run: Run, photos: Path, tmp_path: Path
) -> None:
    found, errors, numbers = run(LabelHands("handypose_lite0"), f"{photos}/[0-9].jpg")
    out = tmp_path / "labelled"
    teacher = ["--teacher", "handypose_lite0", "--max-disagreement", "9"]
    assert main(["label", str(photos), "--out", str(out), *teacher]) == 1
    lines = (out / "photos.jsonl").read_text().splitlines()[1:]
    expected = [json.loads(line) for line in lines]
    assert found == [line for line in expected if Path(line["photo"]).stem.isdecimal()]
    assert errors == []
    assert numbers["pictures"] == NUM_HANDS
    assert numbers["hands"] == sum(len(line["hands"]) for line in found) > 0


def test_a_pattern_that_cannot_be_matched_goes_aside(run: Run, photos: Path) -> None:
    found, errors, numbers = run(PredictHands(), "nowhere://a/*.jpg", f"{photos}/0.jpg")
    assert [Path(entry["image"]).name for entry in found] == ["0.jpg"]
    assert [error["image"] for error in errors] == ["nowhere://a/*.jpg"]
    assert numbers["errors"] == 1


def test_a_photo_that_goes_while_it_is_looked_at_goes_aside(
    run: Run, photos: Path
) -> None:
    found, errors, _ = run(PictureTransform(lambda: lose), f"{photos}/0.jpg")
    assert found == []
    assert errors == [{"image": f"{photos}/0.jpg", "reason": "gone; run it again"}]


def lose(file: Any, image: Any) -> dict[str, Any]:
    raise DataError("gone; run it again")
