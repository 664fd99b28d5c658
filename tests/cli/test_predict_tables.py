"""`handypose predict --csv` and `--coco`, read by pandas and pycocotools."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas
import pytest
from dot_model import dot_image, true_keypoints
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from handypose_tf.cli.main import main
from handypose_tf.data.source import open_source
from handypose_tf.images import write_image

CENTERS = np.array([[120.0, 80], [160, 130], [110, 150]])


@pytest.fixture
def predict(dot_model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = ["--model", str(dot_model), "--detector", "none"]
    return lambda *argv: main(["predict", *map(str, argv), *options])


@pytest.fixture
def folder(tmp_path) -> Path:
    """Three pictures called by numbers; the last shows no hand."""
    for number, shift in ((139, 0), (9, 40)):
        picture = dot_image(300, 400, CENTERS + shift, 9)
        write_image(tmp_path / "photos" / f"{number:012d}.png", picture)
    empty = np.full((50, 80, 3), 90, np.uint8)
    write_image(tmp_path / "photos" / "000000000785.png", empty)
    return tmp_path / "photos"


def test_a_table_has_a_row_a_hand(predict, folder, tmp_path):
    assert predict(folder, "--csv", "hands.csv", "--json", "hands.json") == 0
    table = pandas.read_csv(tmp_path / "hands.csv")
    entries = json.loads((tmp_path / "hands.json").read_text("utf-8"))
    assert [Path(image).name for image in table["image"]] == [
        *("000000000009.png", "000000000139.png")
    ]
    for (_, row), entry in zip(table.iterrows(), entries, strict=False):
        [hand] = entry["hands"]
        assert [row["index_4_x"], row["index_4_y"]] == hand["keypoints"][8]
        assert row["little_4_score"] == hand["scores"][20]
        assert [row[f"box_{name}"] for name in ("x", "width")] == hand["box"][::2]
    assert table["hand"].tolist() == [0, 0] and table["side"].isna().all()


def test_pycocotools_reads_the_file_and_takes_it_as_results(predict, folder, tmp_path):
    assert predict(folder, "--coco", "hands.json") == 0
    coco = COCO(tmp_path / "hands.json")
    assert sorted(coco.getImgIds()) == [9, 139, 785]
    [image] = coco.loadImgs([139])
    assert image["file_name"] == "photos/000000000139.png" and image["width"] == 400
    [hand] = coco.loadAnns(coco.getAnnIds([139]))
    points = np.reshape(hand["keypoints"], (21, 3))
    np.testing.assert_allclose(points[:, :2], true_keypoints(CENTERS), atol=0.1)
    assert coco.getAnnIds([785]) == []
    results = coco.loadRes(coco.loadAnns(coco.getAnnIds()))
    evaluation = COCOeval(coco, results, "keypoints")
    evaluation.params.kpt_oks_sigmas = np.full(21, 0.05)
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    assert evaluation.stats[0] == 1.0  # average precision against itself


def test_our_own_reader_reads_it(predict, folder, tmp_path):
    predict(folder, "--coco", "hands.json")
    records = list(open_source("coco:hands.json").records())
    assert sorted(Path(record.image_path).name for record in records) == [
        *("000000000009.png", "000000000139.png")
    ]
    [record] = [record for record in records if "139" in record.image_path]
    np.testing.assert_allclose(record.keypoints, true_keypoints(CENTERS), atol=0.1)


def test_pictures_elsewhere_are_named_from_their_folder(predict, folder, tmp_path):
    write_image(folder / "more" / "hand.png", dot_image(300, 400, CENTERS, 9))
    out = tmp_path / "results" / "hands.json"
    assert predict(folder, folder / "more", "--coco", out) == 0
    images = json.loads(out.read_text("utf-8"))["images"]
    assert [image["id"] for image in images] == [1, 2, 3, 4]  # one has no number
    assert images[3]["file_name"] == "more/hand.png"


def test_a_table_of_a_video(predict, folder, tmp_path):
    code = predict(folder, "--sequence", "--fps", 10, "--csv", "hands.csv")
    table = pandas.read_csv(tmp_path / "hands.csv")
    assert code == 0 and table["id"].notna().all()
    assert table["time"].tolist() == (table["frame"] / 10).tolist()
    assert list(table.columns[:4]) == ["video", "frame", "time", "hand"]


@pytest.mark.parametrize("words", [["--coco", "a.json"], ["--resume"]])
def test_what_is_not_for_videos(predict, words, capsys):
    with pytest.raises(SystemExit, match="2"):
        predict("clip.mp4", *words)
    assert "for videos use --jsonl or --csv" in capsys.readouterr().err


def test_a_table_that_cannot_be_written(predict, folder, capsys):
    Path("taken").mkdir()
    assert predict(folder, "--csv", "taken") == 1
    assert "taken: cannot write" in capsys.readouterr().err
