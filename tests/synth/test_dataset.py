import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from handypose_tf.data.readers import CocoReader
from handypose_tf.errors import (
    DataError,
    HandyPoseError,
    MissingExtraError,
    OutputError,
)
from handypose_tf.files.locks import LOCK_NAME
from handypose_tf.synth import dataset
from handypose_tf.synth.anatomy.arm import WHEEL
from handypose_tf.synth.coco import coco_json, label_of
from handypose_tf.synth.config import SynthConfig
from handypose_tf.synth.sample import HandLabel, SynthSample


class FakePhotographer:
    """Makes grey pictures and counts them."""

    def __init__(self) -> None:
        self.made: list[int] = []

    def __call__(self, seed: int, index: int) -> SynthSample:
        self.made.append(index)
        rng = np.random.default_rng([seed, index])
        keypoints = rng.uniform(2, 60, (21, 2)).astype(np.float32)
        visibility = np.full(21, 2)
        visibility[20] = 0
        box = np.concatenate(
            [keypoints[:20].min(axis=0), np.ptp(keypoints[:20], axis=0)]
        )
        hand = HandLabel(keypoints, visibility, box, is_left=bool(index % 2))
        image = np.full((64, 64, 3), 10 * (index % 20), np.uint8)
        return SynthSample(image, (hand,) * (1 + index % 2), 90)


@pytest.fixture
def fake(monkeypatch):
    photographer = FakePhotographer()

    def open_pool(folder, config, num_workers):
        """Work in this process, with the fake."""
        dataset._worker = folder, config, photographer
        return contextlib.nullcontext(SimpleNamespace(map=map))

    monkeypatch.setattr(dataset, "_open_pool", open_pool)
    monkeypatch.setattr(dataset, "load_hand_model", lambda wheel: None)
    monkeypatch.setattr(dataset, "_worker", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    monkeypatch.setattr(dataset, "_STRETCH", 4)
    return photographer


def config(tmp_path, **changes):
    wheel = tmp_path / WHEEL
    return SynthConfig(**({"wheel": wheel, "seed": 1, "size": 64} | changes))


def make(folder, count, settings):
    return list(dataset.make_dataset(folder, count, settings, num_workers=1))


def test_a_process_that_is_ended_is_told_with_what_helps(fake, tmp_path, monkeypatch):
    def ended(function, stretches):
        yield function(stretches[0])
        raise BrokenProcessPool

    def open_pool(folder, settings, num_workers):
        dataset._worker = folder, settings, fake
        return contextlib.nullcontext(SimpleNamespace(map=ended))

    open_before = dataset._open_pool
    monkeypatch.setattr(dataset, "_open_pool", open_pool)
    with pytest.raises(HandyPoseError, match=r"was ended.* with fewer --workers"):
        make(tmp_path / "hands", 10, config(tmp_path))
    monkeypatch.setattr(dataset, "_open_pool", open_before)
    assert make(tmp_path / "hands", 10, config(tmp_path)) == [4, 8, 10]


@pytest.mark.parametrize("content", ["{", "[]", ""])
def test_a_note_that_is_none_is_told(fake, tmp_path, content):
    folder = tmp_path / "hands"
    make(folder, 2, config(tmp_path))
    (folder / "synth.json").write_text(content)
    with pytest.raises(OutputError, match="another folder or delete"):
        make(folder, 2, config(tmp_path))


def test_the_data_set_is_read_back_by_the_coco_reader(fake, tmp_path):
    folder = tmp_path / "hands"
    assert make(folder, 10, config(tmp_path)) == [0, 4, 8, 10]
    records = CocoReader(folder / "annotations.json").records()
    assert len(records) == 15  # every second picture has two hands
    expected = FakePhotographer()(1, 0).hands[0]
    np.testing.assert_allclose(
        records[0].keypoints[:20], expected.keypoints[:20], atol=0.01
    )
    assert records[0].visibility.tolist() == [1] * 20 + [0]
    assert [record.is_left for record in records[:3]] == [0, 1, 1]
    np.testing.assert_allclose(records[0].box, expected.box, atol=0.01)
    assert abs(int(records[1].read_image()[5, 5, 0]) - 10) <= 2


def test_a_hidden_hand_is_a_crowd_that_the_coco_reader_leaves_out(fake, tmp_path):
    hand = replace(FakePhotographer()(1, 0).hands[0], is_hidden=True)
    sample = SynthSample(np.zeros((64, 64, 3), np.uint8), (hand,), 90)
    content = coco_json([label_of(0, sample)], config(tmp_path))
    assert content["annotations"][0]["iscrowd"] == 1
    (tmp_path / "annotations.json").write_text(json.dumps(content))
    with pytest.raises(DataError):
        CocoReader(tmp_path / "annotations.json").records()


def test_a_label_tells_the_melanin_of_the_skin_where_it_is_known():
    hand = FakePhotographer()(1, 0).hands[0]
    for melanin, expected in ((0.12345, {"melanin": 0.1235}), (None, {})):
        label = replace(hand, melanin=melanin)
        sample = SynthSample(np.zeros((64, 64, 3), np.uint8), (label,), 90)
        written = label_of(0, sample)["hands"][0]
        assert {k: v for k, v in written.items() if k == "melanin"} == expected


def test_people_and_hands_are_not_mixed_in_one_folder(fake, tmp_path):
    make(tmp_path / "hands", 2, config(tmp_path))
    with pytest.raises(OutputError, match="another people"):
        make(tmp_path / "hands", 2, config(tmp_path, people=True))
    with pytest.raises(OutputError, match="another hard, hard_version"):
        make(tmp_path / "hands", 2, config(tmp_path, hard=0.5))


def test_the_file_tells_where_it_comes_from(fake, tmp_path):
    make(tmp_path / "hands", 2, config(tmp_path))
    info = json.loads((tmp_path / "hands" / "annotations.json").read_text())["info"]
    assert info["source"] == "handypose synth"
    assert (info["seed"], info["size"], info["anatomy"]) == (1, 64, WHEEL)
    assert info["licence"].startswith("CC0")


def test_an_interrupted_run_goes_on_and_a_larger_count_keeps_what_is_there(
    fake, tmp_path
):
    folder = tmp_path / "hands"
    run = dataset.make_dataset(folder, 8, config(tmp_path), num_workers=1)
    assert [next(run), next(run)] == [0, 4]
    run.close()
    assert not (folder / "annotations.json").exists()
    fake.made.clear()
    make(folder, 8, config(tmp_path))
    assert fake.made == [4, 5, 6, 7]
    fake.made.clear()
    make(folder, 12, config(tmp_path))
    assert fake.made == [8, 9, 10, 11]
    fake.made.clear()
    assert make(folder, 12, config(tmp_path)) == [12]
    assert fake.made == []


def test_a_stretch_whose_picture_has_gone_is_made_again(fake, tmp_path):
    folder = tmp_path / "hands"
    make(folder, 8, config(tmp_path))
    picture = folder / "images" / "0000005.jpg"
    content = picture.read_bytes()
    picture.unlink()
    fake.made.clear()
    assert make(folder, 8, config(tmp_path)) == [4, 8]
    assert fake.made == [4, 5, 6, 7] and picture.read_bytes() == content


def test_nothing_half_written_is_left(fake, tmp_path):
    make(tmp_path / "hands", 5, config(tmp_path))
    names = {path.name for path in (tmp_path / "hands").rglob("*") if path.is_file()}
    assert names == {
        "annotations.json",
        "synth.json",
        *(f"{index:07d}.jpg" for index in range(5)),
        *("0000000-0000004.json", "0000004-0000005.json"),
    }


@pytest.mark.parametrize("change", [{"seed": 2}, {"size": 128}])
def test_a_folder_of_another_run_is_refused(fake, tmp_path, change):
    make(tmp_path / "hands", 2, config(tmp_path))
    with pytest.raises(OutputError, match=f"another {next(iter(change))}"):
        make(tmp_path / "hands", 2, config(tmp_path, **change))


def test_a_folder_with_other_files_is_refused(fake, tmp_path):
    (tmp_path / "hands").mkdir()
    (tmp_path / "hands" / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match="is not empty"):
        make(tmp_path / "hands", 2, config(tmp_path))


def test_without_vtk_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"handypose-tf\[synth\]"):
        make(tmp_path / "hands", 2, config(tmp_path))


ORPHANAGE = """
import multiprocessing, os, time
from concurrent.futures import ProcessPoolExecutor
from handypose_tf.synth.dataset import end_with_parent

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(1, context, end_with_parent)
    print(pool.submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_killed_run_leaves_no_process_behind(tmp_path):
    script = tmp_path / "run.py"
    script.write_text(ORPHANAGE)
    run = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    with run:
        worker = int(run.stdout.readline())
        run.kill()
    for _ in range(100):
        if not is_running(worker):
            return
        time.sleep(0.1)
    pytest.fail(f"process {worker} is still there 10 s after its parent")


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] != "Z"


def test_two_runs_never_write_one_folder(fake, tmp_path):
    folder = tmp_path / "hands"
    first = dataset.make_dataset(folder, 8, config(tmp_path), num_workers=1)
    assert next(first) == 0
    with pytest.raises(OutputError, match="another run is writing there"):
        make(folder, 8, config(tmp_path))
    assert list(first) == [4, 8]
    assert not (folder / LOCK_NAME).exists()
    assert make(folder, 12, config(tmp_path)) == [8, 12]


@pytest.mark.parametrize("name", ["synth.json", "parts/0000000-0000004.json"])
def test_a_broken_file_of_an_earlier_run_is_named(fake, tmp_path, name):
    folder = tmp_path / "hands"
    make(folder, 8, config(tmp_path))
    before = (folder / "annotations.json").read_bytes()
    (folder / name).write_bytes(b"\0\0")
    with pytest.raises(
        OutputError, match=rf"{name}: cannot be read .* delete (it|this one)"
    ):
        make(folder, 8, config(tmp_path))
    assert (folder / "annotations.json").read_bytes() == before
