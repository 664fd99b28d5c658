"""`handypose label` from the command line to a data set that a reader takes."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from dot_hands import DotTeacher, dot_positions
from dot_model import dot_image, mixture, write_dot_model

from handypose_tf import labelling
from handypose_tf.cli.main import main
from handypose_tf.data import open_source
from handypose_tf.images import Image, write_image
from handypose_tf.labelling import MediaPipeHands
from handypose_tf.labelling.dataset import picture_names
from handypose_tf.labelling.photo_log import PhotoResult


@pytest.fixture
def out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dot_teacher: DotTeacher
) -> Path:
    monkeypatch.setattr(labelling, "open_teacher", lambda *_: dot_teacher)
    return tmp_path / "out"


def test_a_data_set_that_the_reader_takes(
    photos: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["label", str(photos), "--out", str(out), "--review"]
    assert main([*words, "--licence", "CC0"]) == 1
    said = capsys.readouterr()
    assert "7 photos: 1 unreadable, 1 near-duplicates, 1 without a hand" in said.out
    assert "4 hands: 4 kept (100.0%)" in said.out
    assert said.err.count("broken.jpg") == 1
    records = open_source(f"coco:{out / 'annotations.json'}").records()
    assert len(records) == 4
    for record, seed in zip(records, (0, 1, 2, 7), strict=True):
        np.testing.assert_allclose(record.keypoints, dot_positions(seed), atol=0.01)
        assert record.is_left == 1
        assert record.read_image().shape == (96, 128, 3)
    assert records[3].image_path.endswith("images/photos/tiff/hand.tif.png")
    info = json.loads((out / "annotations.json").read_text())["info"]
    assert info["teacher"]["name"] == "dots"
    assert info["photos"] == {"folders": ["photos"], "licence": "CC0"}
    for name in ("best.jpg", "worst.jpg", "review/page_001.jpg"):
        assert cv2.imread(str(out / name)) is not None


def test_points_on_which_looks_disagree_have_no_label(
    photos: Path, out: Path, dot_teacher: DotTeacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = dot_teacher.label
    spread = np.where(np.arange(21) == 5, 0.2, 0.0).astype(np.float32)
    monkeypatch.setattr(
        dot_teacher,
        "label",
        lambda image: [dataclasses.replace(x, spread=spread) for x in plain(image)],
    )
    main(["label", str(photos), "--out", str(out)])
    (first, *_) = json.loads((out / "annotations.json").read_text())["annotations"]
    points = np.reshape(first["keypoints"], (21, 3))
    assert np.flatnonzero(points[:, 2] == 0).tolist() == [5]
    assert first["num_keypoints"] == 20 and first["disagreement"] == 0.01
    np.testing.assert_array_equal(points[5], [0, 0, 0])


def test_a_second_run_asks_the_teacher_nothing_and_heeds_the_person(
    photos: Path,
    out: Path,
    dot_teacher: DotTeacher,
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ["label", str(photos), "--out", str(out)]
    main(words)
    asked = dot_teacher.num_calls
    content = json.loads((out / "annotations.json").read_text())
    refused = content["annotations"][1]["id"]
    (out / "rejected.txt").write_text(f"{refused}\n")
    main(words)
    again = json.loads((out / "annotations.json").read_text())
    assert dot_teacher.num_calls == asked
    assert len(again["annotations"]) == 3
    assert refused not in [a["id"] for a in again["annotations"]]
    assert "1 rejected" in capsys.readouterr().out


@pytest.mark.filterwarnings("default")
def test_what_an_earlier_run_held_out_is_not_left_without_a_word(
    photos: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["label", str(photos), "--out", str(out)]
    main([*words, "--hold-out", "0.4"])
    main(words)
    told = f"{out / 'train.json'} and {out / 'val.json'}: of an earlier run, not"
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("name", ["annotations.json", "val.json"])
@pytest.mark.parametrize("content", ["{}", "[", '{"info": {"description": "CVAT"}}'])
def test_labels_of_others_are_not_replaced(
    photos: Path,
    out: Path,
    name: str,
    content: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out.mkdir()
    (out / name).write_text(content)
    assert main(["label", str(photos), "--out", str(out)]) == 1
    assert f"{name}: not written by `handypose label`" in capsys.readouterr().err
    assert [(path.name, path.read_text()) for path in out.iterdir()] == [
        (name, content)
    ]


def test_a_photo_that_changed_is_copied_again(photos: Path, out: Path) -> None:
    words = ["label", str(photos / "sub"), "--out", str(out)]
    main(words)
    photo, copy = (folder / "sub/hand_0.png" for folder in (photos, out / "images"))
    copy.write_bytes(bytes(len(photo.read_bytes())))  # another one of its size
    main(words)
    assert copy.read_bytes() == photo.read_bytes()


@pytest.mark.filterwarnings("default")
def test_a_refused_number_that_no_hand_has_is_told(
    photos: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out.mkdir()
    (out / "rejected.txt").write_text("99\n2\n")
    main(["label", str(photos / "sub"), "--out", str(out)])
    assert "no hand of these photos has the number 99\n" in capsys.readouterr().err


def test_nothing_to_keep_is_an_error_of_one_line(
    photos: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["label", str(photos), "--out", str(out), "--min-size", "500"]) == 1
    said = capsys.readouterr()
    assert "4 too small" in said.out
    assert "no hand to keep in 7 photos" in said.err
    assert not (out / "annotations.json").exists()


def test_points_outside_the_photo_are_not_labelled(
    photos: Path, out: Path, dot_teacher: DotTeacher, monkeypatch: pytest.MonkeyPatch
) -> None:
    label = dot_teacher.label

    def shifted(image: Image) -> list:
        for found in label(image):
            found.keypoints[0] = (-8, 3)
        return label(image) and [found]

    monkeypatch.setattr(dot_teacher, "label", shifted)
    main(["label", str(photos), "--out", str(out)])
    content = json.loads((out / "annotations.json").read_text())
    for annotation in content["annotations"]:
        assert annotation["keypoints"][:3] == [0, 0, 0]
        assert annotation["num_keypoints"] == 20
        assert min(annotation["bbox"]) > 0


def test_folders_of_one_name_stay_apart(tmp_path: Path) -> None:
    folders = [
        tmp_path / "a" / "dcim",
        tmp_path / "b" / "dcim",
        tmp_path / "a" / "dcim",
    ]
    for folder in folders[:2]:
        folder.mkdir(parents=True)
    results = [PhotoResult(str(f / "sub" / "1.jpg"), (0, 0)) for f in folders[:2]]
    names = picture_names(results, folders)
    assert list(names.values()) == ["dcim/sub/1.jpg", "dcim_2/sub/1.jpg"]


def test_photos_of_patterns_and_files_are_called_by_their_folder(
    photos: Path, out: Path
) -> None:
    words = ["label", f"{photos}/**/hand_[02].png", str(photos / "tiff" / "hand.tif")]
    assert main([*words, "--out", str(out)]) == 0
    content = json.loads((out / "annotations.json").read_text())
    assert [image["file_name"] for image in content["images"]] == [
        *("photos/sub/hand_0.png", "photos/sub/hand_2.png", "photos/tiff/hand.tif.png")
    ]
    assert content["info"]["photos"]["folders"] == ["photos", "tiff"]


def test_an_option_that_is_no_number_is_wrong_usage(photos: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["label", str(photos), "--out", "x", "--min-size", "big"])
    assert caught.value.code == 2


def test_a_model_file_is_a_teacher(dot_model: Path, tmp_path: Path) -> None:
    centers = [(120, 80), (160, 130), (110, 150)]
    write_image(tmp_path / "photos" / "a.png", dot_image(300, 400, centers, 9))
    out = tmp_path / "out"
    words = ["label", str(tmp_path / "photos"), "--out", str(out)]
    words += ["--teacher", str(dot_model), "--min-size", "20"]
    assert main([*words, "--max-disagreement", "0.1"]) == 0
    content = json.loads((out / "annotations.json").read_text())
    assert content["info"]["teacher"]["name"] == dot_model.name
    (annotation,) = content["annotations"]
    points = np.array(annotation["keypoints"]).reshape(21, 3)[:, :2]
    expected = mixture() @ np.array(centers)
    np.testing.assert_allclose(points, expected, atol=2.5)
    assert "is_left" not in annotation


def test_a_model_of_other_points_is_no_teacher(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"point_{i}" for i in range(21)]
    path = tmp_path / "other.tflite"
    write_dot_model(path, keypoint_names=names)
    words = ["label", str(photos), "--out", str(tmp_path / "out")]
    assert main([*words, "--teacher", str(path)]) == 1
    assert "not the 21 joints of a hand" in capsys.readouterr().err


def test_a_model_has_no_levels(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["label", str(photos), "--out", str(tmp_path / "out"), "--levels", "2"]
    assert main([*words, "--teacher", "handypose_lite0"]) == 1
    assert "handypose_lite0: labels the one hand" in capsys.readouterr().err


def test_with_mediapipe_end_to_end(
    mediapipe_hands: MediaPipeHands,
    demo_hand: tuple[Image, np.ndarray],
    tmp_path: Path,
) -> None:
    image, truth = demo_hand
    folder = tmp_path / "photos"
    folder.mkdir()
    turned = np.ascontiguousarray(np.rot90(image, 2)[..., ::-1])
    cv2.imwrite(str(folder / "upside_down.jpg"), turned)
    assert main(["label", str(folder), "--out", str(tmp_path / "out")]) == 0
    (record,) = open_source(f"coco:{tmp_path / 'out' / 'annotations.json'}").records()
    height, width = image.shape[:2]
    expected = np.array([width - 1, height - 1]) - truth
    distance = np.linalg.norm(record.keypoints - expected, axis=1).mean()
    assert distance < 0.08 * np.ptp(truth, axis=0).max()
