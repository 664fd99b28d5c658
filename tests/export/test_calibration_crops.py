"""Crops to calibrate on: the model's own, and warned of where they would cost."""

from __future__ import annotations

import dataclasses
import json
import warnings

import numpy as np
import pytest
from drawn_hands import write_coco
from small_models import SMALL

from handypose_tf.data import open_source
from handypose_tf.errors import DataError, ModelError
from handypose_tf.export.calibration_crops import (
    Calibration,
    CalibrationWarning,
    crop_hands,
    crop_places,
    open_calibration,
)
from handypose_tf.export.demo_crops import demo_crops
from handypose_tf.geometry import tight_box
from handypose_tf.models import handypose

SIDE = 64


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    path = write_coco(tmp_path_factory.mktemp("drawn"), 40)
    return open_source(f"coco:{path}")


@pytest.fixture(scope="module")
def metadata():
    model = handypose("handypose_lite0", image_size=SIDE, overrides=SMALL)
    return model.metadata()


def test_hands_fill_their_crop_by_the_model_s_margin(reader, metadata):
    records = reader.records()[:5]
    hands = crop_hands(records, metadata)
    assert hands.crops.shape == (5, SIDE, SIDE, 3) and hands.crops.dtype == np.uint8
    for record, matrix in zip(records, hands.matrices, strict=True):
        side = tight_box(record.keypoints, record.visibility)[2:].max()
        assert matrix[0, 0] == pytest.approx(SIDE / (1.5 * side))


def test_keypoints_find_back_to_their_picture(reader, metadata):
    hands = crop_hands(reader.records()[:3], metadata)
    middle = np.full((3, 21, 3), 0.5)
    for record, points in zip(hands.records, hands.to_pictures(middle), strict=True):
        box = tight_box(record.keypoints, record.visibility)
        np.testing.assert_allclose(points[0], box[:2] + box[2:] / 2, atol=1e-2)


def test_the_same_seed_draws_the_same_crops(reader, metadata):
    first = open_calibration(reader, metadata, count=34)
    again = open_calibration(reader, metadata, count=34)
    other = open_calibration(reader, metadata, count=34, seed=1)
    np.testing.assert_array_equal(first.crops, again.crops)
    assert len(first.crops) == 34 and (first.crops != other.crops).any()
    [batch, *_] = first.batches()
    assert batch.shape == (1, SIDE, SIDE, 3) and batch.dtype == np.float32


def test_a_model_that_tells_presence_is_shown_places_without_a_hand(tmp_path, metadata):
    path = write_coco(tmp_path, 40)
    content = json.loads(path.read_text())
    for annotation in content["annotations"][30:]:
        annotation["no_hand"] = True
    path.write_text(json.dumps(content))
    reader = open_source(f"coco:{path}")
    told = dataclasses.replace(metadata, presence=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CalibrationWarning)
        hands = open_calibration(reader, metadata, count=12).crops
        both = open_calibration(reader, told, count=12).crops
    np.testing.assert_array_equal(both[:12], hands)
    assert len(both) == 12 + 6
    places = [record for record in reader.records() if not record.is_hand]
    shown = {crop.tobytes() for crop in crop_places(places, told)}
    assert {crop.tobytes() for crop in both[12:]} < shown


def test_no_hands(metadata):
    with pytest.raises(DataError, match="no hands to crop"):
        crop_hands([], metadata)


def test_crops_are_square():
    model = handypose("handypose_lite0", image_size=(64, 96), overrides=SMALL)
    with pytest.raises(ModelError, match="input is 64 x 96; crops are square"):
        crop_hands([], model.metadata())


def test_few_crops_are_warned_of():
    with pytest.warns(CalibrationWarning, match="12 crops of demo are few"):
        Calibration(demo_crops((SIDE, SIDE)), "demo")


@pytest.mark.parametrize("blank", [False, True])
def test_noise_is_warned_of(blank):
    values = np.random.default_rng(0).integers(0, 256, (32, SIDE, SIDE, 3), np.uint8)
    with pytest.warns(CalibrationWarning, match="made looks like noise, not photos"):
        Calibration(values * (not blank), "made")


def test_photos_are_not_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Calibration(np.resize(demo_crops((SIDE, SIDE)), (36, SIDE, SIDE, 3)), "demo")


def test_shapes_are_checked():
    with pytest.raises(ValueError, match="`crops` must be"):
        Calibration(np.zeros((0, SIDE, SIDE, 3), np.uint8), "none")
