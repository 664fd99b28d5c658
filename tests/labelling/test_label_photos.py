from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dot_hands import DotTeacher, dot_positions, draw_dots

from handypose_tf.errors import DataError
from handypose_tf.images import find_images, write_image
from handypose_tf.labelling import PhotoLog, find_photos, label_photos, pending


def test_photos_are_found_in_sub_folders_once(photos: Path, tmp_path: Path) -> None:
    out = photos / "out"
    write_image(out / "images" / "earlier.png", draw_dots(0))
    (photos / "notes.txt").write_text("no picture")
    (photos / "._hidden.png").write_text("no picture")
    found = find_photos([photos, photos / "sub"], out)
    assert [path.name for path in found] == [
        *("broken.jpg", "empty.png", "hand_0.png", "hand_1.png", "hand_1_copy.png"),
        *("hand_2.png", "hand.tif"),
    ]
    with pytest.raises(DataError, match="no such file or folder"):
        find_photos([tmp_path / "nowhere"], out)
    (tmp_path / "bare").mkdir()
    with pytest.raises(DataError, match="no pictures"):
        find_photos([tmp_path / "bare"], out)
    for folder in (photos, tmp_path):
        with pytest.raises(DataError, match=r"photos: lies in .*, which is written"):
            find_photos([photos], folder)


def test_photos_are_found_as_predict_finds_them(photos: Path, tmp_path: Path) -> None:
    inputs = [f"{photos}/**/hand_*.png", photos / "empty.png", photos / "sub"]
    found = find_photos(inputs, tmp_path / "out")
    expected = ["hand_0.png", "hand_1.png", "hand_1_copy.png", "hand_2.png"]
    assert [path.name for path in found] == [*expected, "empty.png"]
    assert found == find_images(inputs)


def test_data_sets_that_were_labelled_are_no_photos(photos: Path) -> None:
    found = find_photos([photos], photos / "out")
    old = photos / "old"
    write_image(old / "images" / "a.png", draw_dots(8))
    (old / "photos.jsonl").touch()
    assert find_photos([photos], photos / "out") == found
    assert find_photos([old / "images"], photos / "out") == [old / "images" / "a.png"]


@pytest.mark.parametrize("item", ["-", "clip.mp4", "rtsp://me:secret@camera/1"])
def test_what_has_no_photos_to_keep_is_refused(item: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"only photos|standard input") as caught:
        find_photos([item], tmp_path / "out")
    assert "secret" not in str(caught.value)


def test_each_photo_is_labelled_once(
    photos: Path, tmp_path: Path, dot_teacher: DotTeacher
) -> None:
    log = PhotoLog(tmp_path / "log.jsonl", dot_teacher.describe())
    found = find_photos([photos], tmp_path / "out")
    results = {Path(r.photo).name: r for r in label_photos(found, dot_teacher, log)}
    assert dot_teacher.num_calls == 5
    (label,) = results["hand_2.png"].hands
    np.testing.assert_allclose(label.keypoints, dot_positions(2))
    assert results["hand_1_copy.png"].duplicate_of == str(found[3])
    assert not results["hand_1_copy.png"].hands
    assert results["empty.png"].hands == ()
    assert "broken.jpg" in (results["broken.jpg"].error or "")
    assert pending(found, PhotoLog(log.path, dot_teacher.describe())) == []


def test_an_interrupted_run_goes_on(
    photos: Path, tmp_path: Path, dot_teacher: DotTeacher
) -> None:
    log = PhotoLog(tmp_path / "log.jsonl", dot_teacher.describe())
    found = find_photos([photos], tmp_path / "out")
    run = label_photos(found, dot_teacher, log)
    for _ in range(4):
        next(run)
    log = PhotoLog(log.path, dot_teacher.describe())
    todo = pending(found, log)
    assert todo == found[4:]
    rest = list(label_photos(todo, dot_teacher, log, known=found[:4]))
    assert rest[0].duplicate_of == str(found[3])


def test_a_duplicate_is_labelled_when_its_original_is_gone(
    photos: Path, tmp_path: Path, dot_teacher: DotTeacher
) -> None:
    log = PhotoLog(tmp_path / "log.jsonl", dot_teacher.describe())
    found = find_photos([photos], tmp_path / "out")
    list(label_photos(found, dot_teacher, log))
    found[3].unlink()
    left = find_photos([photos], tmp_path / "out")
    todo = pending(left, log)
    assert [path.name for path in todo] == ["hand_1_copy.png"]
    known = [path for path in left if path not in todo]
    (result,) = label_photos(todo, dot_teacher, log, known)
    assert len(result.hands) == 1
