"""Pixels and points move together, and a seed decides everything."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handypose_tf import geometry
from handypose_tf.data.augment.augmentation import augment
from handypose_tf.data.augment.strengths import PLAIN, STANDARD, Augmentation

SIZE = 48

#: All that moves pixels or spreads them, and nothing that hides a dot.
MOVING = Augmentation(
    rotation=360, scale=0.3, shift=0.1, stretch=0.15, shear=0.15, mirror=0.5,
    brightness=10, contrast=0.2, gamma=0.2, saturation=0.5, hue=0.1, blur=0.5,
    blur_sigma=1.5, low_resolution=0.3, low_resolution_scale=0.6, jpeg=0.3,
    jpeg_quality=85,
)  # fmt: skip


def make_sample(image, keypoints, box, is_left=1):
    count = len(keypoints)
    return {
        "image": image,
        "keypoints": np.array(keypoints, np.float32),
        "visibility": np.ones(count, np.float32),
        "box": np.array(box, np.float32),
        "is_left": np.int8(is_left),
    }


def run(sample, strengths=PLAIN, seed=0, crop_scale=1.5, size=(SIZE, SIZE)):
    return augment(
        sample,
        [7, seed],
        image_size=size,
        crop_scale=crop_scale,
        strengths=strengths,
    )


def paint_dot(image, center, sigma):
    """Paint a bright Gaussian whose middle is `center`, to a fraction of a pixel."""
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]]
    distance = (columns - center[0]) ** 2 + (rows - center[1]) ** 2
    image += 220 * np.exp(-distance / (2 * sigma**2))[..., None]


def find_dot(image, near, reach):
    """Return the centre of mass of what is brighter than the surroundings."""
    gray = image.astype(np.float64).mean(axis=2)
    weight = np.maximum(gray - np.percentile(gray, 60) - 8, 0)
    rows, columns = np.mgrid[: gray.shape[0], : gray.shape[1]]
    weight *= (abs(columns - near[0]) < reach) & (abs(rows - near[1]) < reach)
    return np.array([(weight * columns).sum(), (weight * rows).sum()]) / weight.sum()


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    x=st.floats(30, 70),
    y=st.floats(25, 60),
    side=st.sampled_from([24.0, 40.0, 90.0, 150.0]),
)
def test_a_dot_stays_at_its_keypoint(seed, x, y, side):
    """Boxes of 24 px are enlarged threefold, boxes of 150 px reduced fivefold."""
    image = np.zeros((90, 110, 3))  # as black as what is outside
    paint_dot(image, (x, y), sigma=max(1.2, side / 20))
    box = [x - 0.45 * side, y - 0.6 * side, side, side]
    sample = make_sample(image.clip(0, 255).astype(np.uint8), [[x, y]], box)
    result = run(sample, MOVING, seed)
    point, reach = result["keypoints"][0], 12
    if not (np.abs(point - (SIZE - 1) / 2) < (SIZE - 1) / 2 - reach).all():
        return  # too near the border for a centre of mass
    found = find_dot(result["image"], point, reach)
    assert np.linalg.norm(found - point) < 0.6
    expected = geometry.transform_points([[x, y]], result["matrix"])
    assert point == pytest.approx(expected[0], abs=1e-3)


@pytest.mark.parametrize(("side", "mean"), [(30.0, 0.6), (70.0, 0.6), (260.0, 1.5)])
def test_a_plain_crop_is_the_one_of_prediction(side, mean):
    """OpenCV's warp of `geometry` is the reference, enlarging and reducing.

    A strong reduction averages blocks first, and the blocks begin elsewhere there.
    """
    rng = np.random.default_rng(1)
    coarse = rng.integers(0, 256, (12, 16, 3), np.uint8)
    image = cv2.resize(coarse, (320, 240), interpolation=cv2.INTER_CUBIC)
    box = [100.0, 60.0, side, side / 2]
    result = run(make_sample(image, [[120.0, 80.0]], box))
    matrix = geometry.box_region(box).matrix(SIZE)
    assert result["matrix"] == pytest.approx(matrix, abs=1e-4)
    reference = geometry.warp_image(image, matrix, SIZE)
    difference = np.abs(result["image"].astype(int) - reference)
    assert difference.mean() < mean
    assert np.percentile(difference, 95) <= 8 * mean


def test_the_whole_picture_is_stretched_from_edge_to_edge():
    image = np.zeros((40, 80, 3), np.uint8)
    corners = [[-0.5, -0.5], [79.5, 39.5]]
    result = run(make_sample(image, corners, [0, 0, 1, 1]), crop_scale=None)
    assert result["keypoints"] == pytest.approx(np.array([[-0.5] * 2, [47.5] * 2]))


@pytest.mark.parametrize("shape", [(30, 40), (96, 120)])
def test_a_stretch_is_the_warp_by_the_same_matrix(shape):
    """Up to what is outside, which a warp draws as black; reductions average."""
    coarse = np.random.default_rng(2).integers(0, 256, (6, 8, 3), np.uint8)
    image = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)
    result = run(make_sample(image, [[3.0, 4.0]], [0, 0, 9, 9]), crop_scale=None)
    warped = geometry.warp_image(image, result["matrix"], SIZE)
    inner = slice(2, -2)
    difference = np.abs(result["image"].astype(int) - warped)[inner, inner]
    assert difference.mean() < 1.5


def test_a_wide_input_keeps_its_proportions():
    sample = make_sample(
        np.zeros((90, 90, 3), np.uint8), [[45.0, 45.0]], [25] * 2 + [40] * 2
    )
    result = run(sample, size=(32, 64))
    assert result["image"].shape == (32, 64, 3)
    assert result["keypoints"][0] == pytest.approx([31.5, 15.5])
    assert result["matrix"][0, 0] == pytest.approx(32 / 60)


def test_points_outside_the_crop_become_invisible():
    sample = make_sample(
        np.zeros((90, 90, 3), np.uint8), [[45, 45], [85, 45]], [35, 35, 20, 20]
    )
    assert run(sample)["visibility"].tolist() == [1.0, 0.0]


def test_no_hand_stays_no_hand_inside_and_outside():
    sample = make_sample(
        np.zeros((90, 90, 3), np.uint8), [[45, 45], [85, 45]], [35, 35, 20, 20]
    )
    sample["visibility"] -= 2
    assert run(sample)["visibility"].tolist() == [-1.0, -1.0]


def test_mirroring_turns_the_side_and_keeps_the_names():
    image = np.zeros((90, 90, 3), np.uint8)
    mirror = Augmentation(mirror=1.0)
    points = [[35.0, 45.0], [50.0, 45.0]]
    box = [25, 25, 40, 40]
    plain, mirrored = (run(make_sample(image, points, box), s) for s in (PLAIN, mirror))
    assert mirrored["keypoints"][:, 0] == pytest.approx(47 - plain["keypoints"][:, 0])
    assert mirrored["keypoints"][:, 1] == pytest.approx(plain["keypoints"][:, 1])
    sides = [
        run(make_sample(image, points, box, s), mirror)["is_left"] for s in (1, 0, -1)
    ]
    assert [int(side) for side in sides] == [0, 1, -1]


def test_the_seed_alone_decides():
    image = np.random.default_rng(0).integers(0, 256, (60, 60, 3), np.uint8)
    sample = make_sample(image, [[30.0, 30.0]], [10, 10, 40, 40])
    first, again, other = (run(sample, STANDARD, seed) for seed in (1, 1, 2))
    assert (first["image"] == again["image"]).all()
    assert (first["matrix"] == again["matrix"]).all()
    assert (first["matrix"] != other["matrix"]).any()


def test_turns_reach_every_direction():
    sample = make_sample(
        np.zeros((60, 60, 3), np.uint8), [[30.0, 30.0]], [10, 10, 40, 40]
    )
    whole = Augmentation(rotation=360)
    matrices = [run(sample, whole, seed)["matrix"] for seed in range(40)]
    angles = np.degrees([np.arctan2(m[0, 1], m[0, 0]) for m in matrices])
    assert np.ptp(angles) > 270
    little = [run(sample, Augmentation(rotation=10), s)["matrix"] for s in range(20)]
    assert max(abs(np.degrees(np.arctan2(m[0, 1], m[0, 0]))) for m in little) <= 10


def test_the_background_replaces_all_but_the_hand():
    image = np.full((60, 60, 3), 200, np.uint8)
    mask = np.zeros((60, 60, 1), np.uint8)
    mask[20:40, 20:40] = 255
    sample = make_sample(image, [[29.5, 29.5]], [19.5, 19.5, 20, 20])
    sample["mask"] = mask
    sample["background"] = np.full((30, 40, 3), (0, 90, 0), np.uint8)
    result = run(sample, Augmentation(background=1.0))["image"]
    assert result[24, 24].tolist() == [200, 200, 200]
    assert result[1, 1].tolist() == [0, 90, 0]


def test_fill_replaces_what_is_outside_the_picture():
    image = np.full((20, 20, 3), 200, np.uint8)
    sample = make_sample(image, [[10.0, 10.0]], [0, 0, 20, 20])
    assert run(sample)["image"][0, 0].tolist() == [0, 0, 0]
    filled = run(sample, Augmentation(fill=1.0), seed=3)["image"]
    assert filled[0, 0].tolist() != [0, 0, 0]
    assert (filled[0] == filled[0, 0]).all()
    assert filled[24, 24].tolist() == [200, 200, 200]


@pytest.mark.parametrize(
    "name", ["gamma", "tint", "gray", "hue", "shade", "noise", "jpeg", "erase", "blur"]
)
def test_every_change_of_the_look_changes_it_and_nothing_else(name):
    coarse = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    image = cv2.resize(coarse, (60, 60), interpolation=cv2.INTER_NEAREST)
    sample = make_sample(image, [[30.0, 30.0]], [10, 10, 40, 40])
    plain = run(sample)
    changed = run(sample, dataclasses.replace(PLAIN, **{name: 1.0}), seed=5)
    assert (changed["image"] != plain["image"]).mean() > 0.003
    assert (changed["matrix"] == plain["matrix"]).all()


def test_gray_has_no_colour_and_hue_keeps_the_gray():
    image = np.random.default_rng(0).integers(60, 200, (60, 60, 3), np.uint8)
    sample = make_sample(image, [[30.0, 30.0]], [10, 10, 40, 40])
    gray = run(sample, Augmentation(gray=1.0))["image"].astype(int)
    assert np.ptp(gray, axis=-1).max() <= 1
    flat = make_sample(
        np.full((60, 60, 3), 120, np.uint8), [[30.0, 30.0]], [10, 10, 40, 40]
    )
    turned = run(flat, Augmentation(hue=0.5), seed=2)["image"]
    assert np.abs(turned.astype(int)[24, 24] - 120).max() <= 1


def test_context_holds_whatever_a_crop_can_see():
    """All pictures are white: no crop from the cut-out shows its black outside."""
    image = np.full((400, 400, 3), 255, np.uint8)
    box = np.array([170.0, 170.0, 60.0, 60.0])
    strengths = Augmentation(rotation=180, scale=0.2, shift=0.1, stretch=0.1, shear=0.1)
    half = strengths.context(1.5) * 60 / 2
    low = int(np.floor(200 - half))
    part = image[low : 400 - low, low : 400 - low]
    sample = make_sample(part, [[200.0 - low] * 2], [*(box[:2] - low), 60.0, 60.0])
    assert min(run(sample, strengths, s)["image"].min() for s in range(60)) == 255


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("mirror", 1.5), ("rotation", 400), ("scale", -0.1), ("blur", float("nan"))),
        *(("shift", 9), ("scale", 2), ("brightness", 256)),
    ],
)
def test_impossible_strengths_are_refused(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be a number from 0 to"):
        Augmentation(**{name: value})
