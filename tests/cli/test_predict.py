from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from dot_model import true_keypoints, write_dot_model

import handypose_tf
from handypose_tf.cli.main import main
from handypose_tf.images import read_image
from handypose_tf.inference import HandPose


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Every test runs in a folder of its own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def predict(dot_model):
    options = ["--model", str(dot_model), "--detector", "none"]
    return lambda *argv: main(["predict", *map(str, argv), *options])


def test_json_holds_the_contract(predict, photo, tmp_path, centers, capsys):
    assert predict(photo, "--json", "hands.json") == 0
    [entry] = json.loads((tmp_path / "hands.json").read_text("utf-8"))
    assert list(entry) == ["image", "width", "height", "hands"]
    assert (entry["image"], entry["width"], entry["height"]) == (str(photo), 400, 300)
    [hand] = map(HandPose.from_dict, entry["hands"])
    np.testing.assert_allclose(hand.keypoints, true_keypoints(centers), atol=0.2)
    out, err = capsys.readouterr()
    assert out == f"{photo}: 1 hand, score 1.00\n" and err == ""
    assert not (tmp_path / "handypose_predictions").exists()


def test_annotated_pictures_by_default(predict, photo, tmp_path):
    assert predict(photo) == 0
    drawn = read_image(tmp_path / "handypose_predictions" / "photo.png")
    assert drawn.shape == (300, 400, 3)
    assert (drawn != read_image(photo)).any()


def test_boxes_give_a_hand_each_in_order(predict, photo, tmp_path, capsys):
    boxes = ["--box", "300,200,50,50", "--box", "101,71,68.5,88"]
    assert predict(photo, *boxes, "--json", "hands.json") == 0
    [entry] = json.loads((tmp_path / "hands.json").read_text("utf-8"))
    assert [round(hand["score"]) for hand in entry["hands"]] == [0, 1]
    assert "2 hands, score 0.00, 1.00" in capsys.readouterr().out


def test_bad_inputs_give_a_line_each_and_the_rest_goes_on(
    predict, photo, tmp_path, capsys
):
    (photo.parent / "broken.jpg").write_bytes(b"no picture")
    (photo.parent / "empty.png").write_bytes(b"")
    (photo.parent / "none").mkdir()
    inputs = [photo.parent, "missing.jpg", photo.parent / "none", "*.webp"]
    assert predict(*inputs, "--json", "hands.json") == 1
    err = capsys.readouterr().err.splitlines()
    assert len(err) == 5
    assert all(line.startswith("handypose: error: ") for line in err)
    for name in ("broken.jpg", "empty.png", "missing.jpg", "none", "*.webp"):
        assert sum(name in line for line in err) == 1
    entries = json.loads((tmp_path / "hands.json").read_text("utf-8"))
    assert [entry["image"] for entry in entries] == [str(photo)]


def test_a_box_outside_names_the_picture(predict, photo, capsys):
    assert predict(photo, "--box", "900,0,5,5") == 1
    err = capsys.readouterr().err
    assert "photo.png: box [900.0, 0.0, 5.0, 5.0] lies outside" in err


def test_no_hand_is_an_empty_list(predict, tmp_path, capsys):
    from handypose_tf.images import write_image

    path = write_image(tmp_path / "grey.png", np.full((30, 40, 3), 90, np.uint8))
    assert predict(path, "--json", "hands.json") == 0
    [entry] = json.loads((tmp_path / "hands.json").read_text("utf-8"))
    assert entry["hands"] == []
    assert capsys.readouterr().out == (
        f"{path}: no hand\n"
        "no hand: without --detector none a detector looks for hands, --box X,Y,W,H "
        "says where one is\n"
    )


def test_equal_names_keep_their_folders(predict, photo, tmp_path):
    for name in ("a/photo.png", "b/photo.png"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes(photo.read_bytes())
    assert predict("a/photo.png", "b/photo.png", "--out", "drawn") == 0
    found = sorted(path.relative_to(tmp_path) for path in tmp_path.glob("drawn/*/*"))
    assert [str(path) for path in found] == ["drawn/a/photo.png", "drawn/b/photo.png"]


def test_the_input_is_never_overwritten(predict, photo, capsys):
    content = photo.read_bytes()
    assert predict(photo, "--out", photo.parent) == 1
    assert "would replace it" in capsys.readouterr().err
    assert photo.read_bytes() == content


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "1,2,0,4", "1,2,nan,4", ""])
def test_wrong_boxes_are_wrong_usage(predict, photo, box, capsys):
    with pytest.raises(SystemExit) as caught:
        predict(photo, f"--box={box}")
    assert caught.value.code == 2
    assert "is not X,Y,W,H" in capsys.readouterr().err


@pytest.mark.parametrize("count", ["0", "-1", "two"])
def test_wrong_thread_counts_are_wrong_usage(predict, photo, count):
    with pytest.raises(SystemExit) as caught:
        predict(photo, f"--threads={count}")
    assert caught.value.code == 2


def test_an_unknown_model_is_one_line(photo, capsys):
    assert main(["predict", str(photo), "--model", "nothing"]) == 1
    assert "nothing: no shipped model has this name" in capsys.readouterr().err


@pytest.mark.filterwarnings("default:.*never trained")
def test_an_untrained_model_says_so(photo, tmp_path, capsys):
    path = write_dot_model(tmp_path / "a.tflite", trained=False)
    assert (
        main(["predict", str(photo), "--model", str(path), "--detector", "none"]) == 0
    )
    err = capsys.readouterr().err
    assert err.startswith("handypose: warning: ") and "never trained on hands" in err


def test_without_tensorflow_and_silent(dot_model, photo):
    script = (
        "import sys\n"
        "from handypose_tf.cli.main import main\n"
        f"options = ['--model', {str(dot_model)!r}, '--detector', 'none']\n"
        f"code = main(['predict', {str(photo)!r}, *options])\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "assert not loaded & {'tensorflow', 'keras', 'tf_keras', 'matplotlib'}\n"
        "sys.exit(code)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(Path(handypose_tf.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stderr == ""
