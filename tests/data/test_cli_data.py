import argparse
import json

import cv2
import layouts
import pytest

from handypose_tf.cli import data
from handypose_tf.errors import DataError


def run(*words):
    parser = argparse.ArgumentParser()
    data.add_arguments(parser)
    return data.run(parser.parse_args([str(word) for word in words]))


def test_inspect_prints_figures_and_draws_a_sheet(tmp_path, capsys):
    root = layouts.write_cmu_manual(tmp_path / "a")
    out, report = tmp_path / "out", tmp_path / "r/report.json"
    assert (
        run("inspect", f"cmu_manual:{root}:test", "--out", out, "--json", report) == 0
    )
    text = capsys.readouterr().out
    assert "hands        1 (test 1) in 1 pictures" in text
    assert f"contact sheet {out / 'contact_sheet.png'}" in text
    assert cv2.imread(str(out / "contact_sheet.png")) is not None
    assert json.loads(report.read_text())["num_records"] == {"test": 1}


def test_inspect_shows_bad_records_and_then_refuses_them(tmp_path, capsys):
    root = layouts.write_cmu_manual(tmp_path / "a")
    (root / "manual_test/000092168_02_l.jpg").write_bytes(b"")
    words = ("inspect", f"cmu_manual:{root}", "--out", tmp_path / "out")
    with pytest.raises(DataError, match="1 bad records; mend them or --on-error skip"):
        run(*words)
    assert "bad records  1 broken_picture" in capsys.readouterr().out
    assert run(*words, "--on-error", "skip") == 0


def test_inspect_without_a_sheet(tmp_path):
    root = layouts.write_cmu_manual(tmp_path / "a")
    out = tmp_path / "out"
    run("inspect", f"cmu_manual:{root}", "--out", out, "--count", 0, "--decode")
    assert not out.exists()


def test_convert_writes_shards_that_inspect_reads(tmp_path, capsys):
    root = layouts.write_cmu_manual(tmp_path / "a")
    words = ("convert", f"cmu_manual:{root}", "--out", tmp_path / "s")
    report = tmp_path / "r.json"
    options = ("--crop", 2.2, "--size", 64, "--shards", 2, "--threads", 1)
    assert run(*words, *options, "--json", report) == 0
    assert "train 2, test 1 in 3 shards" in capsys.readouterr().out
    assert json.loads(report.read_text())["num_records"] == {"train": 2, "test": 1}
    assert run("inspect", f"tfrecord:{tmp_path / 's'}", "--out", tmp_path / "o") == 0
    text = capsys.readouterr().out
    assert "pictures     smallest 64x64, median 64x64, largest 64x64" in text


def test_convert_names_what_it_left_out(tmp_path, capsys):
    root = layouts.write_rhd(tmp_path / "a")
    path = root / "evaluation/color/00000.png"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    words = ("convert", f"rhd:{root}", "--out", tmp_path / "s", "--crop", 2)
    with pytest.raises(DataError, match=r"00000\.png"):
        run(*words)
    assert run(*words, "--on-error", "skip") == 0
    assert f"left out: {path}: " in capsys.readouterr().out


def test_pictures_elsewhere(tmp_path, capsys):
    layouts.write_coco(tmp_path / "a")
    (tmp_path / "a/images").rename(tmp_path / "photos")
    source = f"coco:{tmp_path / 'a/annotations.json'}"
    options = ("--images", tmp_path / "photos", "--out", tmp_path / "o")
    assert run("inspect", source, *options) == 0
    assert "hands        3 in 3 pictures" in capsys.readouterr().out


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit) as caught:
        run("inspect", "--help")
    assert caught.value.code == 0
    assert "example: handypose data inspect" in capsys.readouterr().out


@pytest.mark.parametrize(
    "options",
    [
        ("--crop", -1),
        ("--size", 0),
        ("--shards", 0),
        ("--threads", "x"),
        ("--crop", "nan"),
    ],
)
def test_numbers_without_sense_are_wrong_usage(tmp_path, options):
    with pytest.raises(SystemExit) as caught:
        run("convert", "coco:x.json", "--out", tmp_path, *options)
    assert caught.value.code == 2
