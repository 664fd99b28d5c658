from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from handypose_tf.errors import DataError, OutputError
from handypose_tf.labelling import HandLabel, PhotoLog, PhotoResult
from handypose_tf.labelling.photo_log import file_stamp

TEACHER = {"name": "made up", "version": "1"}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo é.jpg"
    path.write_bytes(b"123")
    return path


def result(photo: Path, num_hands: int = 2) -> PhotoResult:
    points = np.arange(42, dtype=np.float32).reshape(21, 2) + 0.123
    spread = np.linspace(0, 0.2, 21, dtype=np.float32)
    hand = HandLabel(points, 0.75, 0.0321, True, spread)
    return PhotoResult(
        str(photo), file_stamp(photo), 640, 480, "ff", (hand,) * num_hands
    )


def test_a_result_is_there_after_a_restart(photo: Path, tmp_path: Path) -> None:
    path = tmp_path / "out" / "photos.jsonl"
    PhotoLog(path, TEACHER).add(result(photo))
    found = PhotoLog(path, TEACHER)[photo]
    assert found is not None
    assert (found.width, found.height, found.code, found.first_id) == (
        640,
        480,
        "ff",
        1,
    )
    hand = found.hands[1]
    assert (hand.score, hand.disagreement, hand.is_left) == (0.75, 0.0321, True)
    np.testing.assert_allclose(hand.keypoints[20], [40.12, 41.12], atol=1e-4)
    np.testing.assert_allclose(hand.spread, np.linspace(0, 0.2, 21), atol=1e-4)


def test_a_changed_photo_has_no_result_and_keeps_numbers_unique(
    photo: Path, tmp_path: Path
) -> None:
    log = PhotoLog(tmp_path / "log.jsonl", TEACHER)
    log.add(result(photo))
    photo.write_bytes(b"another")
    assert log[photo] is None
    assert log.add(result(photo, 1)).first_id == 3
    again = PhotoLog(log.path, TEACHER)[photo]
    assert again is not None and again.first_id == 3 and len(again.hands) == 1
    os.utime(photo, ns=(0, 0))
    assert log[photo] is None


def test_a_second_teachers_points_are_kept(photo: Path, tmp_path: Path) -> None:
    path = tmp_path / "photos.jsonl"
    (hand,) = result(photo, 1).hands
    asked = replace(hand, second_keypoints=hand.keypoints + np.float32([3, 4]))
    PhotoLog(path, TEACHER).add(replace(result(photo), hands=(hand, asked)))
    found = PhotoLog(path, TEACHER)[photo]
    assert found is not None and found.hands[0].second_keypoints is None
    assert found.hands[1].difference == pytest.approx(5 / 40, abs=1e-3)


@pytest.mark.parametrize("kept", [0, 10, -1, -30])
def test_an_unfinished_line_is_dropped(photo: Path, tmp_path: Path, kept: int) -> None:
    log = PhotoLog(tmp_path / "log.jsonl", TEACHER)
    first = log.path.read_bytes()
    log.add(result(photo))
    second = log.path.read_bytes()[len(first) :]
    log.path.write_bytes(first + second[:kept])
    again = PhotoLog(log.path, TEACHER)
    assert again[photo] is None
    again.add(result(photo))
    assert log.path.read_bytes() == first + second


def test_an_unfinished_first_line_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_bytes(b'{"vers')
    PhotoLog(path, TEACHER)
    assert path.read_bytes().count(b"\n") == 1


def test_another_teacher_is_refused(tmp_path: Path) -> None:
    PhotoLog(tmp_path / "log.jsonl", TEACHER)
    with pytest.raises(OutputError, match="another teacher"):
        PhotoLog(tmp_path / "log.jsonl", TEACHER | {"version": "2"})


@pytest.mark.parametrize("line", ["{}", "[]", "nonsense", '{"hands": [{}]}'])
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    log = PhotoLog(tmp_path / "log.jsonl", TEACHER)
    with log.path.open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(DataError, match=r"log\.jsonl:2: .*delete this line"):
        PhotoLog(log.path, TEACHER)


def test_a_photo_that_has_gone_is_named(photo: Path) -> None:
    photo.unlink()
    with pytest.raises(DataError, match="run the command again"):
        file_stamp(photo)
