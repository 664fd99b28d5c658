import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import layouts
import numpy as np
import pytest
import tensorflow as tf
from samples import samples

from handypose_tf.data import open_source
from handypose_tf.data.readers.cmu_manual import CmuManualReader
from handypose_tf.data.readers.coco import CocoReader
from handypose_tf.data.readers.tfrecord import TfrecordReader
from handypose_tf.data.shards.crop_record import Crop, cut_record
from handypose_tf.data.shards.writer import write_records
from handypose_tf.errors import DataError, OutputError
from handypose_tf.geometry import box_center


def shards(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.tfrecord"))}


def many(root, count=20):
    layouts.write_coco(root, count=count)
    return CocoReader(root / "annotations.json")


def test_shards_give_back_samples_and_records(tmp_path):
    reader = CmuManualReader(layouts.write_cmu_manual(tmp_path / "a"))
    index = write_records(reader, tmp_path / "s")
    assert index.num_records() == {"train": 2, "test": 1}
    assert [s.file for s in index.shards] == [
        "train-00000-of-00001.tfrecord",
        "test-00000-of-00001.tfrecord",
    ]
    shard_reader = open_source(f"tfrecord:{tmp_path / 's'}")
    pairs = zip(samples(reader), samples(shard_reader), strict=True)
    for ours, theirs in pairs:
        assert ours.keys() == theirs.keys()
        for name, value in ours.items():
            np.testing.assert_array_equal(value, theirs[name])
    records = zip(reader.records(), shard_reader.records(), strict=True)
    for ours, theirs in records:
        assert (ours.sample_id, ours.split) == (theirs.sample_id, theirs.split)
        assert ours.header == theirs.header
        assert ours.read_bytes() == theirs.read_bytes()
        np.testing.assert_array_equal(ours.keypoints, theirs.keypoints)


def test_splits_are_kept(tmp_path):
    reader = CmuManualReader(layouts.write_cmu_manual(tmp_path / "a"))
    write_records(reader, tmp_path / "s")
    test = TfrecordReader(tmp_path / "s", "test")
    assert test.num_records == 1
    assert [r.sample_id for r in test.records()] == ["manual_test/000092168_02_l"]
    with pytest.raises(DataError, match="no split 'val'; it has: test, train"):
        TfrecordReader(tmp_path / "s", "val").num_records  # noqa: B018


def test_records_are_dealt_in_order(tmp_path):
    index = write_records(many(tmp_path / "a"), tmp_path / "s", num_shards=3)
    assert [s.num_records for s in index.shards] == [6, 7, 7]
    records = TfrecordReader(tmp_path / "s").records()
    assert [r.sample_id for r in records] == [f"{i}/{100 + i}" for i in range(20)]


def test_there_are_no_empty_shards(tmp_path):
    index = write_records(many(tmp_path / "a", 2), tmp_path / "s", num_shards=9)
    assert [s.num_records for s in index.shards] == [1, 1]


def test_the_index_says_what_is_there(tmp_path):
    write_records(many(tmp_path / "a"), tmp_path / "s", crop=Crop(2.2, 32))
    index = json.loads((tmp_path / "s/index.json").read_text())
    assert index["format"] == "handypose-tfrecord"
    assert index["complete"] is True
    assert index["num_records"] == {"": 20}
    assert index["crop"] == {"scale": 2.2, "size": 32}
    assert index["keypoint_names"][9] == "middle_1"
    assert index["source"] == f"coco:{tmp_path / 'a/annotations.json'}"
    assert set(index["versions"]) == {"handypose_tf", "tensorflow", "opencv"}


@pytest.mark.parametrize("crop", [None, Crop(2.2, 40)])
def test_bytes_do_not_depend_on_threads(tmp_path, crop):
    reader = many(tmp_path / "a")
    for name, threads in (("one", 1), ("four", 4)):
        write_records(reader, tmp_path / name, crop=crop, num_threads=threads)
    assert shards(tmp_path / "one") == shards(tmp_path / "four")
    texts = [(tmp_path / name / "index.json").read_text() for name in ("one", "four")]
    assert texts[0] == texts[1]


def test_a_crop_moves_picture_and_labels_together(tmp_path):
    reader = CmuManualReader(layouts.write_cmu_manual(tmp_path))
    record = reader.records()[0]
    # B = 19 at (20.5, 21): 2.2 B = 41.8 pixels become 368, 8.8038 times.
    moved, jpeg = cut_record(record, Crop(2.2, 368))
    scale = 368 / 41.8
    expected = (record.keypoints[3] - [20.5, 21]) * scale + 183.5
    np.testing.assert_allclose(moved.keypoints[3], expected, atol=1e-2)
    np.testing.assert_allclose(box_center(moved.box), [183.5, 183.5], atol=1e-2)
    np.testing.assert_allclose(moved.box[2:], 368 / 2.2, atol=1e-2)
    assert moved.head_size == pytest.approx(7.5 * scale, rel=1e-5)
    crop = tf.io.decode_jpeg(jpeg).numpy().astype(int)
    assert crop.shape == (368, 368, 3)
    x, y = np.round(moved.keypoints[3]).astype(int)
    px, py = record.keypoints[3].astype(int)
    assert np.abs(crop[y, x] - record.read_image()[py, px]).max() <= 8


def test_an_interrupted_conversion_goes_on(tmp_path):
    reader = many(tmp_path / "a")
    write_records(reader, tmp_path / "whole", num_shards=4)
    folder = tmp_path / "s"
    write_records(reader, folder, num_shards=4)
    index = json.loads((folder / "index.json").read_text())
    index["complete"] = False
    index["shards"][2]["sha256"] = ""
    (folder / "index.json").write_text(json.dumps(index))
    (folder / index["shards"][2]["file"]).unlink()
    kept = folder / index["shards"][0]["file"]
    before = kept.stat().st_mtime_ns
    with pytest.raises(DataError, match=r"interrupted; run the same command again"):
        samples(TfrecordReader(folder))
    assert write_records(reader, folder, num_shards=4).complete
    assert shards(folder) == shards(tmp_path / "whole")
    assert kept.stat().st_mtime_ns == before


_CONVERT = """
import sys, time
from handypose_tf.data import open_source
from handypose_tf.data.shards import writer as records
write = records.write_example
def slow(*arguments):
    time.sleep(0.02)
    return write(*arguments)
records.write_example = slow
records.write_records(open_source(sys.argv[1]), sys.argv[2], num_shards=20)
"""


def test_a_killed_conversion_ends_as_an_uninterrupted_one(tmp_path):
    reader = many(tmp_path / "a", 60)
    write_records(reader, tmp_path / "whole", num_shards=20)
    folder = tmp_path / "s"
    command = [sys.executable, "-c", _CONVERT, str(reader), str(folder)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while len(shards(folder)) < 3 and process.poll() is None:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    done = shards(folder)
    assert 3 <= len(done) < 20
    write_records(reader, folder, num_shards=20)
    assert shards(folder) == shards(tmp_path / "whole")
    assert [p.name for p in folder.iterdir() if p.suffix == ".part"] == []


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["annotations"][0]["keypoints"].__setitem__(0, 9),
        lambda c: c["annotations"].pop(),
    ],
)
def test_another_conversion_is_not_mixed_in(tmp_path, change):
    write_records(many(tmp_path / "a"), tmp_path / "s")
    layouts.edit_json(tmp_path / "a/annotations.json", change)
    changed = CocoReader(tmp_path / "a/annotations.json")
    with pytest.raises(OutputError, match="with other data, options or package"):
        write_records(changed, tmp_path / "s")
    with pytest.raises(OutputError, match="choose another folder or delete it"):
        write_records(many(tmp_path / "a"), tmp_path / "s", crop=Crop(2.0, 32))


@pytest.mark.parametrize("same_size", [True, False])
def test_a_shard_of_other_pictures_is_written_again(tmp_path, same_size):
    reader = many(tmp_path / "a")
    write_records(reader, tmp_path / "s", num_shards=4)
    before = shards(tmp_path / "s")
    picture = Path(reader.records()[7].image_path)
    other = bytearray(picture.read_bytes()) + bytes(0 if same_size else 9)
    other[len(other) // 2] ^= 1
    time = picture.stat().st_mtime_ns + 1
    picture.write_bytes(other)
    os.utime(picture, ns=(time, time))
    reader = CocoReader(tmp_path / "a/annotations.json")
    write_records(reader, tmp_path / "s", num_shards=4)
    changed = {n for n, data in shards(tmp_path / "s").items() if data != before[n]}
    assert changed == {"data-00001-of-00004.tfrecord"}


def test_other_masks_are_another_conversion(tmp_path):
    write_records(many(tmp_path / "a"), tmp_path / "s")
    outline = [[1.0, 1, 20, 1, 20, 20]]
    layouts.edit_json(
        tmp_path / "a/annotations.json",
        lambda c: c["annotations"][0].__setitem__("segmentation", outline),
    )
    with pytest.raises(OutputError, match="with other data, options or package"):
        write_records(CocoReader(tmp_path / "a/annotations.json"), tmp_path / "s")


def flip_bit(path, place):
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda p: flip_bit(p, 100), "SHA-256 is not that of the index"),
        (lambda p: flip_bit(p, 0), "SHA-256"),
        (lambda p: p.write_bytes(p.read_bytes()[:-20]), "bytes instead of"),
        (lambda p: p.unlink(), "the shard is missing"),
    ],
)
def test_a_corrupt_shard_is_found_and_named(tmp_path, harm, words):
    write_records(many(tmp_path / "a"), tmp_path / "s", num_shards=4)
    name = "data-00001-of-00004.tfrecord"
    harm(tmp_path / "s" / name)
    reader = TfrecordReader(tmp_path / "s")
    with pytest.raises(DataError, match=rf"{name}.*{words}"):
        reader.records()
    tolerant = TfrecordReader(tmp_path / "s", on_error="skip")
    assert tolerant.num_records == 15
    assert sum(1 for _ in samples(tolerant)) == 15
    assert len(tolerant.records()) == 15
    assert [(p.kind, p.path) for p in tolerant.index().problems] == [
        ("corrupt_shard", str(tmp_path / "s" / name))
    ]


def test_a_corrupt_shard_is_mended_by_the_same_command(tmp_path):
    reader = many(tmp_path / "a")
    write_records(reader, tmp_path / "s", num_shards=4)
    before = shards(tmp_path / "s")
    flip_bit(tmp_path / "s/data-00003-of-00004.tfrecord", 50)
    write_records(reader, tmp_path / "s", num_shards=4)
    assert shards(tmp_path / "s") == before


def test_without_verify_the_checksum_is_not_read(tmp_path):
    write_records(many(tmp_path / "a"), tmp_path / "s")
    flip_bit(tmp_path / "s/data-00000-of-00001.tfrecord", 0)
    reader = TfrecordReader(tmp_path / "s", verify=False)
    assert {p.kind for p in reader.index().problems} == {"bad_structure"}


def break_picture(root):
    """Damage the pixels of a PNG so that only decoding finds it."""
    path = layouts.write_picture(root / "images/0.png")
    flip_bit(path, path.stat().st_size // 2)
    layouts.edit_json(
        root / "annotations.json", lambda c: c["images"][0].update(file_name="0.png")
    )


def test_a_picture_that_cannot_be_decoded_is_named(tmp_path):
    reader = many(tmp_path / "a")
    break_picture(tmp_path / "a")
    assert reader.index().problems == ()
    with pytest.raises(DataError, match=r"0\.png: .*broken"):
        write_records(reader, tmp_path / "s", crop=Crop(2, 32))
    assert list((tmp_path / "s").glob("*.tfrecord")) == []


def test_under_skip_it_is_left_out_and_noted(tmp_path):
    many(tmp_path / "a")
    break_picture(tmp_path / "a")
    layouts.write_picture(tmp_path / "a/images/1.jpg").write_bytes(b"")
    reader = CocoReader(tmp_path / "a/annotations.json", on_error="skip")
    index = write_records(reader, tmp_path / "s", crop=Crop(2, 32))
    assert index.num_records() == {"": 18}
    assert index.bad_records == {"broken_picture": 1}
    assert [line.split(": ")[0] for line in index.shards[0].skipped] == [
        str(tmp_path / "a/images/0.png")
    ]
    assert sum(1 for _ in samples(TfrecordReader(tmp_path / "s"))) == 18


def test_an_unwritable_folder_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        write_records(many(tmp_path / "a"), tmp_path / "file" / "s")


@pytest.mark.parametrize(("scale", "size"), [(0, 32), (2.2, 0), (-1, 32)])
def test_a_crop_without_extent_is_refused(scale, size):
    with pytest.raises(ValueError, match="must be positive"):
        Crop(scale, size)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "no such file; is the data set complete"),
        ("{", "the JSON is cut off"),
        ('{"format": "other"}', "not an index of handypose-tfrecord version 1"),
        (
            '{"format": "handypose-tfrecord", "version": 1, "num_records": {}}',
            "a field is missing",
        ),
    ],
)
def test_a_bad_index_is_refused(tmp_path, text, words):
    if text is not None:
        (tmp_path / "index.json").write_text(text)
    with pytest.raises(DataError, match=words):
        TfrecordReader(tmp_path).records()


def test_other_sets_of_points_are_stored_under_their_names(tmp_path):
    def edit(content):
        content["categories"][0]["keypoints"] = ["nose", "tail"]
        for annotation in content["annotations"]:
            annotation["keypoints"] = [20, 20, 2, 30, 25, 1]

    layouts.write_coco(tmp_path / "a")
    layouts.edit_json(tmp_path / "a/annotations.json", edit)
    write_records(CocoReader(tmp_path / "a/annotations.json"), tmp_path / "s")
    reader = TfrecordReader(tmp_path / "s")
    assert reader.keypoint_names == ("nose", "tail")
    assert next(iter(samples(reader)))["keypoints"].shape == (2, 2)
