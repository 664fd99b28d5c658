"""Many pictures: order, resuming, JSON Lines."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from dot_model import dot_image, true_keypoints, write_dot_model

from handypose_tf.cli.main import main
from handypose_tf.images import write_image
from handypose_tf.inference import HandPoseEstimator

SHAPE = np.array([[-10.0, -35], [30, 15], [-20, 35]])


@pytest.fixture
def predict(dot_model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = ["--model", str(dot_model), "--detector", "none"]
    return lambda *argv: main(["predict", *map(str, argv), *options])


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """12 pictures of three sizes, so that some take longer; the sixth is broken."""
    folder = tmp_path_factory.mktemp("in")
    for i in range(12):
        scale = 1 + i % 3
        image = dot_image(75 * scale, 100 * scale, center(i), 3 * scale)
        write_image(folder / f"{i:02d}.png", image)
    (folder / "05.png").write_bytes(b"broken")
    return folder


def center(i: int) -> np.ndarray:
    """Three dots in picture i."""
    return (1 + i % 3) * (SHAPE / 4 + np.array([30 + 2.5 * i, 37.5]))


def test_a_run_that_does_nothing_leaves_older_results(predict, tmp_path):
    old = tmp_path / "old"
    for option in ("--json", "--jsonl", "--csv", "--coco"):
        old.write_text("the results of last night")
        assert predict("mistyped.png", option, old) == 1
        (tmp_path / "broken.png").write_bytes(b"broken")
        if option != "--jsonl":  # whose line says that it is broken
            assert predict("broken.png", option, old) == 1
        with pytest.raises(SystemExit):
            predict("broken.png", option, old, "--json", old, "--csv", old)
        assert old.read_text() == "the results of last night"


@pytest.mark.parametrize("option", ["--json", "--jsonl", "--csv", "--coco"])
def test_a_picture_is_not_replaced_by_its_results(predict, photo, capsys, option):
    before = photo.read_bytes()
    with pytest.raises(SystemExit):
        predict(photo, option, photo)
    assert "would replace" in capsys.readouterr().err
    assert photo.read_bytes() == before


def test_two_pictures_never_get_one_drawing(predict, photo, tmp_path, capsys):
    twin = photo.with_name("photo.gif")
    twin.write_bytes(photo.read_bytes())
    other = photo.with_name("photo.gif.png")
    other.write_bytes(photo.read_bytes())
    assert predict(twin, other, "--out", "drawn") == 1
    assert "photo.gif.png: both" in capsys.readouterr().err
    assert not (tmp_path / "drawn").exists()


def read(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("threads", [1, 4])
def test_lines_are_in_order_whatever_the_threads(predict, folder, tmp_path, threads):
    code = predict(folder, "--jsonl", "hands.jsonl", "--threads", threads)
    assert code == 1  # the broken one
    lines = read(tmp_path / "hands.jsonl")
    assert [Path(line["image"]).name for line in lines] == [
        f"{i:02d}.png" for i in range(12)
    ]
    assert "05.png" in lines[5]["error"] and "hands" not in lines[5]
    for i in (0, 4, 11):
        [hand] = lines[i]["hands"]
        true = true_keypoints(center(i))
        np.testing.assert_allclose(hand["keypoints"], true, atol=1)


def test_threads_change_no_number(predict, folder, tmp_path):
    for threads in (1, 3):
        predict(folder, "--jsonl", f"{threads}.jsonl", "--threads", threads)
    assert read(tmp_path / "1.jsonl") == read(tmp_path / "3.jsonl")


def test_resuming_does_what_is_left_and_nothing_twice(
    predict, folder, tmp_path, capsys
):
    predict(folder, "--jsonl", "all.jsonl")
    whole = (tmp_path / "all.jsonl").read_text("utf-8")
    torn = [*whole.splitlines(keepends=True)[:7], '{"image": "in/0']
    (tmp_path / "hands.jsonl.part").write_text("".join(torn), "utf-8")
    capsys.readouterr()
    assert predict(folder, "--jsonl", "hands.jsonl", "--resume") == 0
    assert (tmp_path / "hands.jsonl").read_text("utf-8") == whole
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "7 of 12 pictures are done already" and len(out) == 6
    assert not (tmp_path / "hands.jsonl.part").exists()


def test_resuming_drawings_passes_those_that_are_there(predict, folder, tmp_path):
    predict(folder, "--out", "drawn")
    times = {path.name: path.stat().st_mtime_ns for path in Path("drawn").iterdir()}
    assert len(times) == 11
    (tmp_path / "drawn" / "03.png").unlink()
    predict(folder, "--out", "drawn", "--resume")
    again = {path.name: path.stat().st_mtime_ns for path in Path("drawn").iterdir()}
    assert {name for name in again if again[name] != times[name]} == {"03.png"}


def test_at_most_so_many_hands(predict, folder, tmp_path):
    code = predict(
        folder / "00.png",
        *("--box", "0,0,50,50", "--box", "9,9,50,50", "--max-hands", 1),
        *("--json", "hands.json"),
    )
    assert code == 0
    [entry] = json.loads((tmp_path / "hands.json").read_text("utf-8"))
    assert len(entry["hands"]) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--resume"], "--resume needs --jsonl"),
        (["--resume", "--json", "a.json"], "--resume needs --jsonl"),
        (["--show"], "--show is for videos"),
        (["--beta", "-1"], "--beta must be 0 or more"),
        (["clip.mp4"], "in two commands"),
        (["--camera", "0"], "without other inputs"),
    ],
)
def test_what_does_not_go_together(predict, folder, options, message, capsys):
    with pytest.raises(SystemExit) as caught:
        predict(folder, *options)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_a_warning_comes_once_for_all_threads(tmp_path):
    path = write_dot_model(tmp_path / "a.tflite", trained=False)
    with pytest.warns(match="never trained") as caught:
        assert len(HandPoseEstimator(path, 1, detector=None).for_threads(3)) == 3
    assert len(caught) == 1
