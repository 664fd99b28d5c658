from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys

import pytest

from handypose_tf.errors import OutputError
from handypose_tf.files import whole_file, write_bytes, write_json


def test_makes_folders_and_leaves_nothing_else(tmp_path):
    path = write_bytes(tmp_path / "a" / "b.bin", b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path / "a") == ["b.bin"]


def test_replaces_whole(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"a much longer former content")
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"


def test_permissions_follow_the_umask(tmp_path):
    path = write_bytes(tmp_path / "a.bin", b"new")
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


def test_a_link_stays_a_link(tmp_path):
    target, link = tmp_path / "target.bin", tmp_path / "link.bin"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_bytes(link, b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"


def test_a_device_is_written_as_it_is():
    write_bytes(os.devnull, b"new")
    assert not os.path.isfile(os.devnull)


@pytest.mark.parametrize("place", ["folder", "file/below.bin"])
def test_impossible_places(tmp_path, place):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"kept")
    with pytest.raises(OutputError, match="cannot write"):
        write_bytes(tmp_path / place, b"new")
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]
    assert (tmp_path / "file").read_bytes() == b"kept"


def test_json_is_utf8_and_strict(tmp_path):
    path = write_json(tmp_path / "a.json", {"name": "é", "value": 0.5})
    assert json.loads(path.read_text("utf-8")) == {"name": "é", "value": 0.5}
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, float("nan"))
    assert json.loads(path.read_text("utf-8"))["value"] == 0.5


def test_names_that_are_no_utf8_are_escaped(tmp_path):
    # What Python makes of the bytes of a name in Latin-1, and of one in UTF-8 under C.
    names = [b"h\xe4nd".decode("utf-8", "surrogateescape"), "h\udcc3\udca4nd", "händ"]
    path = write_json(tmp_path / "a.json", names)
    assert path.read_bytes().decode("utf-8").split() == [
        *("[", '"h\\udce4nd",', '"händ",', '"händ"', "]")
    ]
    assert json.loads(path.read_text("utf-8"))[0] == names[0]


@pytest.mark.parametrize("path", ["-", "/dev/stdout"])
def test_standard_output_is_written_behind_what_is_there(tmp_path, path):
    code = f"""
from handypose_tf.files import check_writable, write_json
print("before")
check_writable({path!r})
write_json({path!r}, [1])
print("after")
"""
    out = tmp_path / "out"
    with out.open("wb") as file:
        subprocess.run([sys.executable, "-c", code], stdout=file, check=True)
    assert out.read_text().split() == ["before", "[", "1", "]", "after"]


def test_a_full_disk_is_told_and_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with (
        pytest.raises(OutputError, match=r"a\.bin: cannot write: .*; make room"),
        whole_file(path) as part,
    ):
        part.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_a_whole_file_takes_its_place_at_the_end(tmp_path):
    path = tmp_path / "new" / "a.mp4"
    with whole_file(path) as part:
        assert part.parent == path.parent and part.suffix == ".mp4"
        part.write_bytes(b"video")
        assert not path.exists()
    assert path.read_bytes() == b"video"
    assert list(path.parent.iterdir()) == [path]


def test_after_an_error_the_old_file_is_there(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")
    with pytest.raises(RuntimeError), whole_file(path) as part:
        part.write_bytes(b"half")
        raise RuntimeError
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_whole_file_in_no_place(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(OutputError, match="cannot write"),
        whole_file(tmp_path / "file" / "a.mp4"),
    ):
        pass
