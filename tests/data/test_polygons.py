"""Masks from COCO polygons, on their way to the background swap."""

from __future__ import annotations

import cv2
import layouts
import numpy as np
import pytest

from handypose_tf.data import open_source
from handypose_tf.data.augment.strengths import Augmentation
from handypose_tf.data.pipeline import HandPipeline
from handypose_tf.data.polygons import (
    decode_mask,
    draw_polygons,
    encode_mask,
    trace_polygons,
)
from handypose_tf.data.sample import RecordError
from handypose_tf.data.shards.crop_record import Crop
from handypose_tf.data.shards.writer import write_records

#: Columns 8 to 40 and rows 6 to 38 of a picture of 64 x 48.
SQUARE = [[8.0, 6.0, 40.0, 6.0, 40.0, 38.0, 8.0, 38.0]]


def test_polygons_fill_their_inside():
    mask = draw_polygons(SQUARE, 64, 48)
    expected = np.zeros((48, 64), np.uint8)
    expected[6:39, 8:41] = 255
    assert (mask == expected).all()


def test_a_traced_mask_is_drawn_again():
    mask = np.zeros((48, 64), np.uint8)
    cv2.circle(mask, (20, 20), 12, 255, -1)
    cv2.rectangle(mask, (45, 5), (60, 40), 255, -1)
    again = draw_polygons(trace_polygons(mask), 64, 48)
    assert ((again > 0) != (mask > 0)).mean() < 0.01
    assert (decode_mask(encode_mask(mask)) == mask).all()


@pytest.mark.parametrize(
    ("polygon", "reason"),
    [
        ([1, 2, 3, 4], "three points"),
        ([1, 2, 3, 4, 5], "no polygon"),
        (["a"] * 6, "no polygon"),
        ([1, 2, 3, 4, 5, float("nan")], "no number"),
    ],
)
def test_a_bad_polygon_is_named(polygon, reason):
    with pytest.raises(RecordError, match=reason):
        draw_polygons([polygon], 64, 48)


def masked_reader(root):
    """Three hands, the second without a mask."""

    def add(content):
        for number, annotation in enumerate(content["annotations"]):
            annotation["segmentation"] = [] if number == 1 else SQUARE

    layouts.write_coco(root)
    layouts.edit_json(root / "annotations.json", add)
    return open_source(f"coco:{root / 'annotations.json'}")


def test_coco_polygons_become_masks(tmp_path):
    records = masked_reader(tmp_path).records()
    assert (decode_mask(records[0].mask) == draw_polygons(SQUARE, 64, 48)).all()
    assert records[1].mask == b""


def test_run_lengths_give_no_mask_and_a_bad_polygon_is_a_bad_record(tmp_path):
    def spoil(content):
        content["annotations"][0]["segmentation"] = {"counts": [1], "size": [48, 64]}
        content["annotations"][1]["segmentation"] = [[1, 2]]

    layouts.write_coco(tmp_path)
    layouts.edit_json(tmp_path / "annotations.json", spoil)
    reader = open_source(f"coco:{tmp_path / 'annotations.json'}", on_error="skip")
    assert [record.mask for record in reader.records()] == [b"", b""]
    [problem] = reader.index().problems
    assert problem.kind == "bad_structure"


def test_the_background_is_swapped_around_the_hand_alone(tmp_path):
    reader = masked_reader(tmp_path / "hands")
    backgrounds = tmp_path / "backgrounds"
    backgrounds.mkdir()
    cv2.imwrite(
        str(backgrounds / "red.png"), np.full((30, 30, 3), (0, 0, 255), np.uint8)
    )
    common = {
        "readers": [reader], "image_size": (48, 48), "batch_size": 3,
        "shuffle": False, "crop_scale": 2.0,
    }  # fmt: skip
    swapped = HandPipeline(
        **common, augmentation=Augmentation(background=1), backgrounds=backgrounds
    )
    (plain, _), (images, _) = (
        next(p.batches(0).as_numpy_iterator())
        for p in (HandPipeline(**common), swapped)
    )
    is_red = (images == (255, 0, 0)).all(axis=-1)
    is_plain = (np.abs(images.astype(int) - plain) <= 1).all(axis=-1)
    # A crop of 40 pixels drawn at 48: the mask of 33 is 39.6 wide, its rim blended.
    assert 38**2 <= is_plain[0].sum() <= 40**2
    assert is_red[0, 1:4, 1:47].all() and is_plain[0, 10:40, 10:40].all()
    assert is_plain[1].all()


def test_masks_travel_through_shards_and_crops(tmp_path):
    reader = masked_reader(tmp_path / "hands")
    for name, crop in (("whole", None), ("crops", Crop(2.0, 80))):
        write_records(reader, tmp_path / name, crop=crop)
    whole, crops = (
        open_source(f"tfrecord:{tmp_path / name}").records()
        for name in ("whole", "crops")
    )
    assert [r.mask for r in whole] == [r.mask for r in reader.records()]
    assert crops[1].mask == b""
    mask = decode_mask(crops[0].mask)
    assert mask.shape == (80, 80)
    # 33 pixels at twice their size.
    assert (mask > 127).sum() == pytest.approx(66**2, rel=0.04)
