"""`--second-teacher`: what two teachers agree on, and what a person makes of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from dot_hands import DotTeacher, ShiftedDots, dot_positions, draw_dots
from dot_model import dot_image, metadata, mixture

from handypose_tf import labelling
from handypose_tf.cli.main import main
from handypose_tf.geometry import tight_box, transform_points
from handypose_tf.images import write_image
from handypose_tf.labelling import HandLabel, SecondTeacher
from handypose_tf.litert.metadata import write_metadata

#: Longer sides of the hands in `hand_0.png`, `hand_1.png`, `hand_2.png`, `hand.tif`.
SIZES = [float(tight_box(dot_positions(seed))[2:].max()) for seed in (0, 1, 2, 7)]


def second_of(first: Any, *shifts: Any) -> SecondTeacher:
    return SecondTeacher(
        first, ShiftedDots(*shifts), "other.tflite", version="2", licence="MIT"
    )


def aside(share: float, size: float) -> tuple[float, float]:
    """Return a shift of so much of a hand's size, .6 of it to the right, .8 down."""
    return 0.6 * share * size, 0.8 * share * size


def one_joint(joint: int, share: float, size: float) -> np.ndarray:
    shifts = np.zeros((21, 2))
    shifts[joint] = aside(share, size)
    return shifts


@pytest.fixture
def words(
    photos: Path, tmp_path: Path, dot_teacher: DotTeacher, monkeypatch: Any
) -> list[str]:
    """A command whose teachers are .02, .3 and .15 apart, and .5 at one joint."""
    shifts = [*map(aside, (0.02, 0.3, 0.15), SIZES)]
    teacher = second_of(dot_teacher, *shifts, one_joint(8, 0.5, SIZES[3]))
    monkeypatch.setattr(labelling, "open_teacher", lambda *_: teacher)
    (photos / "broken.jpg").unlink()
    named = ["--second-teacher", "other.tflite"]
    return ["label", str(photos), "--out", str(tmp_path / "out"), *named]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def annotations(out: Path) -> dict[int, dict[str, Any]]:
    content = json.loads((out / "annotations.json").read_text())
    return {annotation["id"]: annotation for annotation in content["annotations"]}


def visibility(annotation: dict[str, Any]) -> np.ndarray:
    return np.reshape(annotation["keypoints"], (21, 3))[:, 2]


def test_the_second_looks_upright_at_each_hand_and_changes_no_label(
    dot_teacher: DotTeacher,
) -> None:
    teacher = second_of(dot_teacher, aside(0.1, SIZES[0]))
    (label,) = teacher.label(draw_dots(0))
    np.testing.assert_allclose(label.keypoints, dot_positions(0))
    assert label.difference == pytest.approx(0.1, abs=1e-4)
    (region,) = teacher._second.regions
    shown = transform_points(dot_positions(0), region.matrix(150))
    np.testing.assert_allclose(shown[9, 0] - shown[0, 0], 0, atol=1e-3)
    assert shown[9, 1] < shown[0, 1]  # upright: the middle knuckle above the wrist
    x, y, width, height = tight_box(shown)
    assert max(width, height) == pytest.approx(100, rel=1e-4)
    np.testing.assert_allclose((x + width / 2, y + height / 2), 75, atol=0.6)
    assert teacher.label(draw_dots(5, num_dots=0)) == []
    assert teacher.describe() == {
        **{"name": "dots", "version": "1"},
        **{"second_name": "other.tflite", "second_version": "2"},
        "second_licence": "MIT",
    }


def test_differences_are_over_the_hands_size() -> None:
    points = dot_positions(0).astype(np.float32)
    label = HandLabel(points, 0.9, 0.01)
    assert label.difference == 0 and label.is_sure.all()
    other = points + np.float32(one_joint(4, 0.42, SIZES[0]))
    label = HandLabel(points, 0.9, 0.01, second_keypoints=other)
    np.testing.assert_allclose(label.differences, np.eye(21)[4] * 0.42, atol=1e-5)
    assert label.difference == pytest.approx(0.02, abs=1e-5)
    assert np.flatnonzero(~label.is_sure).tolist() == [4] and label.looks_agree.all()


def test_what_both_agree_on_comes_in(
    words: list[str], out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--review", "--max-difference", "0.1"]) == 0
    said = capsys.readouterr().out
    assert "4 hands: 2 kept (50.0%); left out: 2 the teachers differ" in said
    assert str(out / "differ.jpg") in said
    kept = annotations(out)
    assert {number: a["difference"] for number, a in kept.items()} == {
        1: 0.02,
        4: pytest.approx(0.5 / 21, abs=1e-4),
    }
    points = np.reshape(kept[1]["keypoints"], (21, 3))
    np.testing.assert_allclose(points[:, :2], dot_positions(0), atol=0.01)
    assert np.flatnonzero(visibility(kept[4]) == 0).tolist() == [8]
    info = json.loads((out / "annotations.json").read_text())["info"]
    assert info["teacher"]["second_name"] == "other.tflite"
    assert info["max_difference"] == 0.1
    sheet = cv2.imread(str(out / "differ.jpg"))
    assert sheet.shape[1] == 4 * 224
    page = cv2.imread(str(out / "review" / "differ_001.jpg"))
    np.testing.assert_array_equal(page, sheet)


def test_a_person_accepts_and_limits_change_without_labelling_again(
    words: list[str], out: Path, dot_teacher: DotTeacher
) -> None:
    main([*words, "--max-difference", "0.1"])
    asked = dot_teacher.num_calls
    (out / "accepted.txt").write_text("2  # it is right\n4\n")
    main([*words, "--max-difference", "0.1"])
    kept = annotations(out)
    assert sorted(kept) == [1, 2, 4]
    np.testing.assert_allclose(
        np.reshape(kept[2]["keypoints"], (21, 3))[:, :2], dot_positions(1), atol=0.01
    )
    assert all((visibility(a) == 2).all() for a in kept.values())
    assert "difference" not in kept[2]
    assert cv2.imread(str(out / "differ.jpg")).shape[1] == 2 * 224
    (out / "rejected.txt").write_text("2\n")
    main([*words, "--max-difference", "0.16"])
    assert sorted(annotations(out)) == [1, 3, 4]
    assert not (out / "differ.jpg").exists()
    assert dot_teacher.num_calls == asked


@pytest.mark.filterwarnings("default")
def test_an_accepted_number_that_no_hand_has_is_told(
    words: list[str], out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out.mkdir()
    (out / "accepted.txt").write_text("77\n")
    main(words)
    assert f"{out / 'accepted.txt'}: no hand of these photos has the number 77\n" in (
        capsys.readouterr().err
    )


def test_where_they_differ_on_every_hand_there_is_a_sheet_all_the_same(
    words: list[str], out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--max-difference", "0.001"]) == 1
    said = capsys.readouterr()
    assert "left out: 4 the teachers differ" in said.out
    assert said.err.count("\n") == 1 and "--max-difference" in said.err
    assert cv2.imread(str(out / "differ.jpg")) is not None
    assert not (out / "annotations.json").exists()


def test_a_limit_on_two_teachers_is_refused_for_one(
    words: list[str], out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words[:-2], "--max-difference", "0.1"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "give --second-teacher, too" in said
    assert not out.exists()


def test_a_log_of_one_teacher_is_not_continued_with_two(
    words: list[str],
    out: Path,
    dot_teacher: DotTeacher,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    two = labelling.open_teacher()
    monkeypatch.setattr(labelling, "open_teacher", lambda *_: dot_teacher)
    main(words)
    log = (out / "photos.jsonl").read_text()
    assert "second" not in log
    monkeypatch.setattr(labelling, "open_teacher", lambda *_: two)
    assert main(words) == 1
    assert "with another second teacher; give another --out" in capsys.readouterr().err
    assert (out / "photos.jsonl").read_text() == log


def test_a_killed_run_goes_on_and_asks_the_second_only_for_the_rest(
    words: list[str], out: Path
) -> None:
    main(words)
    whole = (out / "photos.jsonl").read_text()
    lines = whole.splitlines(keepends=True)
    last = next(i for i, line in enumerate(lines) if "hand.tif" in line)
    (out / "photos.jsonl").write_text("".join(lines[:last]) + lines[last][:40])
    second = labelling.open_teacher()._second
    second.shifts = [one_joint(8, 0.5, SIZES[3])]
    main(words)
    assert second.shifts == []
    assert (out / "photos.jsonl").read_text() == whole


@pytest.fixture
def two_models(dot_model: Path, tmp_path: Path) -> list[str]:
    """A command in which a model file and a copy under another licence agree."""
    centers = [(120, 80), (160, 130), (110, 150)]
    write_image(tmp_path / "photos" / "a.png", dot_image(300, 400, centers, 9))
    other = shutil.copy(dot_model, tmp_path / "other.tflite")
    write_metadata(other, metadata(licence="MIT"))
    words = ["label", str(tmp_path / "photos"), "--out", str(tmp_path / "out")]
    words += ["--min-size", "20", "--max-disagreement", "0.1"]
    return [*words, "--teacher", str(dot_model), "--second-teacher", str(other)]


def test_a_model_file_is_a_second_teacher(two_models: list[str], out: Path) -> None:
    assert main(two_models) == 0
    ((_, annotation),) = annotations(out).items()
    points = np.reshape(annotation["keypoints"], (21, 3))[:, :2]
    expected = mixture() @ np.array([(120, 80), (160, 130), (110, 150)])
    np.testing.assert_allclose(points, expected, atol=2.5)
    assert 0 < annotation["difference"] < 0.05
    teacher = json.loads((out / "annotations.json").read_text())["info"]["teacher"]
    assert (teacher["second_name"], teacher["second_licence"]) == (
        *("other.tflite", "MIT"),
    )


def test_no_teacher_is_its_own_second(
    two_models: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    two_models[-1] = two_models[-3]
    assert main(two_models) == 1
    assert "would agree with itself" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["mediapipe", "nowhere.tflite"])
def test_a_second_teacher_that_is_no_model(
    two_models: list[str], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*two_models[:-1], name]) == 1
    said = capsys.readouterr().err
    assert name in said and said.count("\n") == 1


def test_a_second_of_other_points_is_refused(
    two_models: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_metadata(
        Path(two_models[-1]), metadata(keypoint_names=[f"point_{i}" for i in range(21)])
    )
    assert main(two_models) == 1
    assert "not the 21 joints of a hand" in capsys.readouterr().err
