import re
from pathlib import Path

import layouts
import pytest

import handypose_tf.data.readers
from handypose_tf.data import READERS, open_source, parse_source
from handypose_tf.errors import DataError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("coco:/a/b.json", ("coco", "/a/b.json", None)),
        ("cmu_manual:/a:test", ("cmu_manual", "/a", "test")),
        ("cmu_manual:/a:manual_test", ("cmu_manual", "/a", "test")),
        ("nsrm:/a:valid", ("nsrm", "/a", "val")),
        # cmu_manual has no `val`: the colon belongs to the path.
        ("cmu_manual:/a:val", ("cmu_manual", "/a:val", None)),
        ("coco:C:\\data\\x.json", ("coco", "C:\\data\\x.json", None)),
        ("coco:/a:b/c:train", ("coco", "/a:b/c", "train")),
        ("coco:/a b/ü:val", ("coco", "/a b/ü", "val")),
        ("cmu_synth:/s:synth3", ("cmu_synth", "/s", "synth3")),
        ("tfrecord:/s:synth3", ("tfrecord", "/s", "synth3")),
        ("rhd:relative", ("rhd", "relative", None)),
    ],
)
def test_first_colon_ends_the_format_and_the_last_begins_a_known_split(text, expected):
    assert parse_source(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/a/b.json", "is no data format; known: cmu_manual, "),
        ("frihand:/a", "'frihand' is no data format; did you mean freihand?"),
        ("coco:", "no path; write coco:PATH or coco:PATH:SPLIT"),
        ("coco", "no path"),
        ("coco::train", "no path"),
    ],
)
def test_bad_names_are_explained(text, words):
    with pytest.raises(DataError) as caught:
        parse_source(text)
    assert words in str(caught.value)


def test_a_reader_is_told_wherever_formats_are():
    """What a new reader needs beside its file, named place by place."""
    folder = Path(handypose_tf.data.readers.__file__).parent
    formats = [
        re.findall(r'^    format = "(\w+)"', path.read_text("utf-8"), re.MULTILINE)
        for path in sorted(folder.glob("*.py"))
    ]
    page = Path(__file__).parents[2] / "docs/how-to/data-formats.md"
    rows = re.findall(r"^\| `(\w+)` \|", page.read_text("utf-8"), re.MULTILINE)
    places = {
        "READERS in data/readers/__init__.py": set(READERS),
        "the table of docs/how-to/data-formats.md": set(rows),
        # Those of ours have test files of their own.
        "WRITERS in tests/helpers/layouts.py": {*layouts.WRITERS, "coco", "tfrecord"},
    }
    for place, told in places.items():
        assert told == {name for names in formats for name in names}, place


def test_opens_the_reader_with_its_options(tmp_path):
    layouts.write_cmu_manual(tmp_path)
    reader = open_source(f"cmu_manual:{tmp_path}:test", on_error="skip", verify=False)
    assert (reader.format, reader.split, reader.on_error) == (
        "cmu_manual",
        "test",
        "skip",
    )
    assert str(reader) == f"cmu_manual:{tmp_path}:test"
    assert reader.num_records == 1


def test_a_missing_path_names_the_splits():
    with pytest.raises(
        DataError, match="/none:tset: no such file or folder; splits of"
    ):
        open_source("cmu_manual:/none:tset")


@pytest.mark.parametrize("name", ["hand_labels.zip", "data.tar.gz"])
def test_archives_are_not_opened(tmp_path, name):
    (tmp_path / name).write_bytes(b"PK")
    with pytest.raises(DataError, match=r"wants a folder; unpack archives first"):
        open_source(f"cmu_manual:{tmp_path / name}")
    with pytest.raises(DataError, match=r"wants a folder, \.json; unpack archives"):
        open_source(f"coco:{tmp_path / name}")
