"""What holds for every reader: order, policy, odd paths, no TensorFlow."""

import json
import subprocess
import sys

import layouts
import numpy as np
import pytest

from handypose_tf.data import READERS, open_source
from handypose_tf.data.readers.cmu_manual import CmuManualReader
from handypose_tf.errors import DataError
from handypose_tf.hand import KEYPOINT_NAMES


@pytest.mark.parametrize("name", layouts.WRITERS)
def test_reads_its_official_layout(tmp_path, name):
    reader = READERS[name](layouts.WRITERS[name](tmp_path))
    records = reader.records()
    assert reader.keypoint_names == KEYPOINT_NAMES
    assert {r.keypoints.shape for r in records} == {(21, 2)}
    assert all(r.header is not None and r.header.orientation == 1 for r in records)
    assert {r.split for r in records} <= {*reader.splits, ""}
    assert len({r.sample_id for r in records}) == len(records)
    again = READERS[name](tmp_path).records()
    assert [r.sample_id for r in again] == [r.sample_id for r in records]


@pytest.mark.parametrize("name", layouts.WRITERS)
def test_the_splits_make_up_the_whole(tmp_path, name):
    root = layouts.WRITERS[name](tmp_path)
    whole = [r.sample_id for r in READERS[name](root).records()]
    parts = []
    for split in READERS[name].splits:
        try:
            parts += [r.sample_id for r in READERS[name](root, split).records()]
        except DataError:
            continue
    assert sorted(parts) == sorted(whole)


@pytest.mark.parametrize("name", ["a b", "ünï-手", "a:b", "50%[x]*?", "'\"$(x)"])
@pytest.mark.parametrize("layout", ["cmu_manual", "nsrm", "yolo_pose", "hagrid"])
def test_odd_paths_are_paths(tmp_path, layout, name):
    root = layouts.WRITERS[layout](tmp_path / name)
    assert open_source(f"{layout}:{root}").records()


def places(value, path=()):
    """Walk all places of a JSON value, as keys from its top."""
    yield path
    items = {dict: lambda: value.items(), list: lambda: enumerate(value[:3])}
    for key, inner in items.get(type(value), list)():
        yield from places(inner, (*path, key))


def replaced(value, path, junk):
    """Return a JSON value with what lies at one place replaced."""
    if not path:
        return junk
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(copy[path[0]], path[1:], junk)
    return copy


JUNK = (None, True, -1, 1e300, "x", "", [], [[]], {}, {"a": 1}, [None], [{}])


@pytest.mark.parametrize("name", [n for n in layouts.WRITERS if n != "rhd"])
def test_junk_anywhere_is_a_problem_or_a_clear_error(tmp_path, name):
    root = layouts.WRITERS[name](tmp_path)
    random = np.random.default_rng(7)
    for path in sorted(root.rglob("*.json")):
        good = path.read_text("utf-8")
        content = json.loads(good)
        spots = list(places(content))
        for spot in random.permutation(len(spots))[:60]:
            junk = JUNK[random.integers(len(JUNK))]
            path.write_text(json.dumps(replaced(content, spots[spot], junk)))
            try:
                READERS[name](root, on_error="skip").index()
            except DataError as error:
                assert "\n" not in str(error)
        path.write_text(good, "utf-8")


def break_one(root):
    """Cut the label of one of the two training hands off."""
    path = root / "manual_train/000015774_01_l.json"
    path.write_text(path.read_text()[:40])
    return path


def test_fail_refuses_and_counts_and_names_the_first(tmp_path):
    path = break_one(layouts.write_cmu_manual(tmp_path))
    with pytest.raises(DataError) as caught:
        CmuManualReader(tmp_path).records()
    assert str(caught.value) == (
        f"cmu_manual:{tmp_path}: 1 bad of 3 records (1 broken_file); first: {path}: "
        "the JSON is cut off at line 1; fetch it again [broken_file]; mend them or "
        "pass on_error skip"
    )


def test_skip_leaves_out_and_still_names(tmp_path):
    break_one(layouts.write_cmu_manual(tmp_path))
    reader = CmuManualReader(tmp_path, on_error="skip")
    assert len(reader.records()) == 2
    assert [p.kind for p in reader.index().problems] == ["broken_file"]


def test_an_unknown_policy_or_split_is_refused(tmp_path):
    with pytest.raises(ValueError, match="`on_error` must be one of"):
        CmuManualReader(tmp_path, on_error="ignore")
    with pytest.raises(DataError, match="cmu_manual has no split 'val'; it has: train"):
        CmuManualReader(tmp_path, "val")


def test_nothing_usable_is_an_error_under_skip_too(tmp_path):
    layouts.write_cmu_manual(tmp_path)
    for path in tmp_path.rglob("*.json"):
        path.write_text("{}")
    with pytest.raises(DataError, match="no annotated hand found"):
        CmuManualReader(tmp_path, on_error="skip").records()


@pytest.mark.parametrize(
    ("harm", "kind", "words"),
    [
        (lambda p: p.unlink(), "missing_picture", "no picture"),
        (lambda p: p.write_bytes(b""), "broken_picture", "the file is empty"),
        (lambda p: p.write_bytes(p.read_bytes()[:-9]), "broken_picture", "cut off"),
        (lambda p: p.write_text("<html>"), "broken_picture", "not a picture"),
        (lambda p: p.write_bytes(b"GIF89a"), "unsupported_picture", "GIF"),
        (lambda p: (p.unlink(), p.mkdir()), "broken_picture", "cannot read"),
    ],
)
def test_bad_pictures_are_named(tmp_path, harm, kind, words):
    layouts.write_cmu_manual(tmp_path)
    picture = tmp_path / "manual_test/000092168_02_l.jpg"
    harm(picture)
    problems = CmuManualReader(tmp_path).index().problems
    assert [p.kind for p in problems] == [kind]
    assert words in problems[0].reason
    assert str(picture) in problems[0].reason
    assert len(CmuManualReader(tmp_path, verify=False).records()) == 3


def test_many_records_keep_their_order(tmp_path):
    layouts.write_coco(tmp_path)

    def edit(content):
        first = content["annotations"][0]
        content["annotations"] = [{**first, "id": i} for i in range(1500)]

    layouts.edit_json(tmp_path / "annotations.json", edit)
    records = open_source(f"coco:{tmp_path / 'annotations.json'}").records()
    assert [r.sample_id for r in records] == [f"0/{i}" for i in range(1500)]


def test_indexing_does_not_import_tensorflow(tmp_path):
    layouts.write_freihand(tmp_path)
    code = (
        "import sys; from handypose_tf.data import open_source; "
        f"print(len(open_source('freihand:{tmp_path}').records())); "
        "print('tensorflow' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["15", "False"]
