from pathlib import Path

import numpy as np
import pytest

from handypose_tf.data.parsing import (
    FileError,
    as_is_left,
    field,
    inside,
    labelled,
    numbers,
    read_json,
)
from handypose_tf.data.sample import RecordError


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_is_read_as_windows_writes_it(tmp_path, encoding):
    path = tmp_path / "a.json"
    path.write_text('{"a":\r\n "é"}', encoding)
    assert read_json(path) == {"a": "é"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": [1, 2', "the JSON is cut off at line 1; fetch it again"),
        ('{"a":\n [1, 2],\n "b', "the JSON is cut off at line 3"),
        ("", "the file is empty"),
        ("<html>", "a web page, not the file"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_bad_json_is_named(tmp_path, text, words):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(FileError) as caught:
        read_json(path)
    assert words in caught.value.reason
    assert str(caught.value) == f"{path}: {caught.value.reason}"


def test_json_may_have_a_byte_order_mark(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b"\xef\xbb\xbf[1]")
    assert read_json(path) == [1]


def test_names_that_come_twice_are_refused_where_asked(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"a": 1, "b": {"x": 1, "x": 2}}')
    assert read_json(path) == {"a": 1, "b": {"x": 2}}
    with pytest.raises(FileError, match="the name 'x' comes twice"):
        read_json(path, unique_keys=True)


@pytest.mark.parametrize(
    "name",
    [
        "../a.jpg",
        "a/../../b.jpg",
        "/etc/passwd",
        "C:\\a.jpg",
        "C:/a.jpg",
        "..\\a.jpg",
        "a\0.jpg",
    ],
)
def test_names_that_lead_out_are_refused(name):
    with pytest.raises(RecordError) as caught:
        inside(Path("/data"), name)
    assert caught.value.kind == "unsafe_path"


@pytest.mark.parametrize("name", ["a.jpg", "a b/ü..jpg", "a:b.jpg", "..a/b...jpg"])
def test_odd_names_are_names(name):
    assert inside(Path("/data"), name) == Path("/data") / name


@pytest.mark.parametrize("name", [None, 3, "", ["a"]])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(RecordError, match="is not a file name"):
        inside(Path("/data"), name)


def test_numbers_take_tables_and_flat_lists():
    assert numbers([[1, 2], [3, 4]], "n", 2, 2).tolist() == [[1, 2], [3, 4]]
    assert numbers([1, 2, 3, 4], "n", 2, 2).tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ([[1, 2]], "wrong_joint_count"),
        ([[1, 2], [3]], "bad_structure"),
        ([["a", 2], [3, 4]], "bad_structure"),
        ({"a": 1}, "bad_structure"),
    ],
)
def test_numbers_refuse_other_values(value, kind):
    with pytest.raises(RecordError) as caught:
        numbers(value, "n", 2, 2)
    assert caught.value.kind == kind


def test_field_names_what_is_missing():
    with pytest.raises(RecordError, match="the field `b` is missing"):
        field({"a": 1}, "b")
    with pytest.raises(RecordError, match="expected an object, found a list"):
        field([1], "b")


def test_sides_and_flags():
    assert [as_is_left(v) for v in (0, 1, True, None, 2, "1")] == [0, 1, 1, -1, -1, -1]
    assert labelled(np.array([0, 0.04, 1, 2])).tolist() == [0, 0.04, 1, 1]
