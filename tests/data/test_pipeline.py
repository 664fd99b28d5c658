"""Order, mixing, sharding and resuming of batches; every sample is traceable."""

from __future__ import annotations

import dataclasses
import json

import layouts
import numpy as np
import pytest

from handypose_tf.data import open_source
from handypose_tf.data.augment.strengths import Augmentation
from handypose_tf.data.pipeline import HandPipeline
from handypose_tf.data.shards.crop_record import Crop
from handypose_tf.data.shards.writer import write_records
from handypose_tf.data.worker import Worker
from handypose_tf.errors import DataError

TURNING = Augmentation(rotation=180, noise=1.0)


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    root = tmp_path_factory.mktemp("panoptic")
    return open_source(f"cmu_panoptic:{layouts.write_cmu_panoptic(root, 30)}")


@pytest.fixture
def pipeline(reader):
    return HandPipeline(
        readers=[reader], image_size=(32, 32), batch_size=8, augmentation=TURNING,
        num_threads=2, seed=3,
    )  # fmt: skip


def arrays(batches):
    pairs = [(x, y["heatmaps"]) for x, y in batches.as_numpy_iterator()]
    return [np.concatenate(column) for column in zip(*pairs, strict=True)]


def test_batches_have_the_shapes_that_models_take(pipeline):
    image, truth = next(iter(pipeline.batches(0)))
    assert image.shape == (8, 32, 32, 3) and image.dtype == "uint8"
    assert truth.keys() == {"heatmaps"}
    assert truth["heatmaps"].shape == (8, 21, 3)
    assert pipeline.num_steps == 3


def test_targets_tell_the_side_and_mirroring_changes_it(tmp_path):
    root = layouts.write_coco(tmp_path, count=3)
    path = root / "annotations.json"
    content = json.loads(path.read_text())
    for annotation, is_left in zip(content["annotations"], (1, 0), strict=False):
        annotation["is_left"] = is_left
    path.write_text(json.dumps(content))
    for mirror, expected in ((0.0, [1, 0, -1]), (1.0, [0, 1, -1])):
        pipeline = HandPipeline(
            readers=[open_source(f"coco:{path}")], image_size=(32, 32), batch_size=3,
            augmentation=Augmentation(mirror=mirror), shuffle=False, handedness=True,
        )  # fmt: skip
        _, truth = next(iter(pipeline.batches(0)))
        assert truth["handedness"].dtype == "int8"
        assert truth["handedness"].numpy().tolist() == [[side] for side in expected]


def test_targets_tell_hands_from_places_without_one(tmp_path):
    root = layouts.write_coco(tmp_path, count=3)
    path = root / "annotations.json"
    content = json.loads(path.read_text())
    content["annotations"][1]["no_hand"] = True
    path.write_text(json.dumps(content))
    pipeline = HandPipeline(
        readers=[open_source(f"coco:{path}")], image_size=(32, 32), batch_size=3,
        shuffle=False, presence=True,
    )  # fmt: skip
    _, truth = next(iter(pipeline.batches(0)))
    assert truth.keys() == {"heatmaps", "presence"}
    assert truth["presence"].dtype == "float32"
    assert truth["presence"].numpy().tolist() == [[1.0], [0.0], [1.0]]


def test_an_epoch_has_each_hand_once_and_its_own_order(pipeline):
    first, second = pipeline.order(0), pipeline.order(1)
    assert sorted(first) == list(range(30))
    assert (first != second).any()
    assert (first == pipeline.order(0)).all()
    other = dataclasses.replace(pipeline, seed=4)
    assert (first != other.order(0)).any()


def test_an_epoch_is_the_same_twice_and_another_with_another_number(pipeline):
    once, again, later = (arrays(pipeline.batches(e))[0] for e in (2, 2, 3))
    assert (once == again).all()
    assert (once != later).any()


def test_any_step_can_be_the_first(pipeline):
    whole, rest = (arrays(pipeline.batches(1, step)) for step in (0, 2))
    assert len(rest[0]) == 8
    assert (whole[0][16:] == rest[0]).all()
    assert (whole[1][16:] == rest[1]).all()


def test_workers_share_every_batch(pipeline):
    whole = arrays(pipeline.batches(0))[0]
    parts = [
        arrays(pipeline.batches(0, worker=Worker(index=i, count=2)))[0] for i in (0, 1)
    ]
    joined = [
        np.concatenate([part[4 * step : 4 * step + 4] for part in parts])
        for step in range(3)
    ]
    assert (np.concatenate(joined) == whole).all()
    replicas = pipeline.batches(0, worker=Worker(index=0, count=1, num_replicas=2))
    assert next(iter(replicas))[0].shape[0] == 4
    with pytest.raises(DataError, match="cannot be shared equally by 3 replicas"):
        pipeline.batches(0, worker=Worker(count=3))


def test_samples_of_a_batch_can_be_named(pipeline):
    names = pipeline.sample_ids(0, 1)
    places = np.arange(8, 16)
    found = [
        s["sample_id"].decode() for s in pipeline.samples(0, places).as_numpy_iterator()
    ]
    assert names == found and len(set(names)) == 8


def test_validation_keeps_order_and_the_last_small_batch(reader):
    pipeline = HandPipeline(
        readers=[reader], image_size=(32, 32), batch_size=8, shuffle=False,
        drop_remainder=False,
    )  # fmt: skip
    assert pipeline.order(5).tolist() == list(range(30))
    assert [len(x) for x, _ in pipeline.batches(0).as_numpy_iterator()] == [8, 8, 8, 6]


def test_points_are_those_of_the_crop(reader):
    """Crops of 1.5 x the box of 20 px around its centre, onto 60 px: twice the size."""
    pipeline = HandPipeline(
        readers=[reader], image_size=(60, 60), batch_size=1, shuffle=False
    )
    _, truth = next(iter(pipeline.batches(0)))
    record = reader.records()[0]
    center = record.box[:2] + record.box[2:] / 2
    expected = (record.keypoints - center) * 2 + 29.5
    assert truth["heatmaps"][0, :, :2].numpy() == pytest.approx(expected, abs=1e-3)


def test_sources_are_mixed_by_weight(reader, tmp_path):
    root = layouts.write_coco(tmp_path / "c", count=10)
    other = open_source(f"coco:{root}/annotations.json")
    pipeline = HandPipeline(
        readers=[reader, other], weights=[1.0, 9.0], image_size=(32, 32), batch_size=8,
        samples_per_epoch=400,
    )  # fmt: skip
    order = pipeline.order(0)
    share = (order >= 30).mean()
    assert share == pytest.approx(0.75, abs=0.07)
    counts = np.bincount(order, minlength=40)
    assert np.ptp(counts[:30]) <= 1 and np.ptp(counts[30:]) <= 1
    assert len(arrays(pipeline.batches(0).take(2))[0]) == 16


def test_shards_are_read_from_any_place(reader, tmp_path):
    write_records(reader, tmp_path / "s", crop=Crop(2.2, 48), num_shards=2)
    shards = open_source(f"tfrecord:{tmp_path / 's'}")
    options = {"image_size": (32, 32), "batch_size": 5, "crop_scale": 1.5}
    first, again = (
        arrays(HandPipeline(readers=[shards], seed=1, **options).batches(0))
        for _ in range(2)
    )
    assert len(first[0]) == 5 * (len(shards.records()) // 5)
    assert (first[0] == again[0]).all() and first[0].std() > 10
    shown = first[1][..., 2] > 0
    assert ((first[1][..., :2] > -0.5) & (first[1][..., :2] < 31.5))[shown].all()


def test_backgrounds_fill_what_is_outside(reader, tmp_path):
    layouts.write_picture(tmp_path / "b" / "wall.png", (50, 40))
    options = {"image_size": (32, 32), "batch_size": 4, "crop_scale": 4.0}
    fill = Augmentation(fill=1.0)
    pipeline = HandPipeline(
        readers=[reader], augmentation=fill, backgrounds=tmp_path / "b", **options
    )
    images = arrays(pipeline.batches(0).take(1))[0]
    assert (images[:, 0].max(axis=-1) > 0).mean() > 0.9
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no JPEG or PNG for backgrounds"):
        dataclasses.replace(pipeline, backgrounds=tmp_path / "empty")
    (tmp_path / "b" / "cut.png").write_bytes(b"\x89PNG")
    with pytest.raises(DataError, match=r"b/cut\.png: .*; mend it or take it away"):
        dataclasses.replace(pipeline, backgrounds=tmp_path / "b")


def test_the_contact_sheet_is_one_picture(pipeline):
    sheet = pipeline.draw(count=9, tile=64)
    assert sheet.dtype == np.uint8 and sheet.shape[1] == 8 * 64
    assert len(np.unique(sheet)) > 50


def test_too_little_data_is_refused(reader):
    with pytest.raises(DataError, match="30 samples do not fill a batch of 31"):
        HandPipeline(readers=[reader], image_size=(32, 32), batch_size=31)
    with pytest.raises(DataError, match="2 weights do not go with 1 data"):
        HandPipeline(
            readers=[reader], weights=[1, 2], image_size=(32, 32), batch_size=1
        )
