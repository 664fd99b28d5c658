"""MediaPipe's own clients run a bundle of ours, and find what this library finds.

Where MediaPipe looks, a second bundle tells, whose landmarks are the corners of what it
is shown; so both pipelines are asked about the same crop.
"""

from __future__ import annotations

import zipfile
from typing import Any

import numpy as np
import pytest
from fenced_blocks import ROOT

from handypose_tf.export.task_bundle import (
    DETECTOR,
    LANDMARKS,
    palm_detector,
    zip_stored,
)
from handypose_tf.geometry import HandRegion, crop_matrix, tight_box, warp_image
from handypose_tf.images import Image, read_image
from handypose_tf.labelling.mediapipe_regions import closer_region

DEMO = ROOT / "handypose_tf" / "assets" / "demo_hand.jpg"

#: Distance from this library's own landmarks, in sizes of the hand: of the middle one,
#: and of the farthest. A cell of a heatmap is 3 % of a hand: where two are as likely,
#: the client's own way of scaling decides for one.
MIDDLE, FARTHEST = 0.01, 0.04

WIDTH, HEIGHT = 640, 400


def moved(degrees: float, size: float, x: float, y: float, *, mirrored=False) -> Image:
    """Draw the demo's rendered hand, turned, into a picture of 640 x 400."""
    demo = read_image(DEMO)
    demo = demo[:, ::-1].copy() if mirrored else demo
    middle = (demo.shape[1] / 2, demo.shape[0] / 2)
    shown = crop_matrix(middle, max(demo.shape), round(size), degrees=degrees)
    shown[:2, 2] += (x, y) - shown[:2, :2] @ middle - shown[:2, 2]
    return warp_image(demo, shown, (HEIGHT, WIDTH))


def pictures() -> dict[str, Image]:
    """Return pictures with one hand each; the plain one is a right hand."""
    return {
        "right": read_image(DEMO),
        "left": read_image(DEMO)[:, ::-1].copy(),
        "turned right": moved(50, 420, 300, 210),
        "upside down left": moved(170, 420, 340, 190, mirrored=True),
        "small right": moved(-20, 300, 200, 200),
    }


def region(corners: list[list[float]]) -> HandRegion:
    """Return the square whose first three corners, clockwise, MediaPipe named."""
    first, right, below = np.array(corners[:3])
    along = right - first
    degrees = float(np.rad2deg(np.arctan2(along[1], along[0])))
    return HandRegion((right + below) / 2, float(np.hypot(*along)), degrees)


def distances(hand: dict[str, Any], own: np.ndarray) -> np.ndarray:
    """Return the distances of two hands' keypoints, the least first, in hand sizes."""
    apart = np.linalg.norm(np.array(hand["keypoints"]) - own, axis=1)
    return np.sort(apart) / tight_box(own)[2:].max()


def check_near(hand: dict[str, Any], own: np.ndarray) -> None:
    """Check that a hand of a client has this library's keypoints."""
    apart = distances(hand, own)
    print(f"middle {np.median(apart):.4f}, farthest {apart[-1]:.4f}")
    assert np.median(apart) < MIDDLE
    assert apart[-1] < FARTHEST


@pytest.fixture(scope="module")
def found(python_client, bundle) -> dict[str, Any]:
    return dict(
        zip(pictures(), python_client(bundle, [*pictures().values()]), strict=True)
    )


@pytest.fixture(scope="module")
def regions(python_client, probe) -> dict[str, HandRegion]:
    seen = python_client(probe, [*pictures().values()])
    return {
        name: region(hands[0]["keypoints"])
        for name, hands in zip(pictures(), seen, strict=True)
    }


@pytest.mark.parametrize("name", pictures())
def test_landmarks_are_this_library_s_own(name, found, regions, own_pipeline):
    [own] = own_pipeline.poses(pictures()[name], [regions[name]])
    [hand] = found[name]
    check_near(hand, own.keypoints)


def test_sides_are_right(python_client, sided_bundle):
    seen = python_client(sided_bundle, [*pictures().values()])
    for name, [hand] in zip(pictures(), seen, strict=True):
        assert hand["side"] == ("Left" if "left" in name else "Right"), name


def test_two_hands_of_a_picture(python_client, sided_bundle):
    both = np.hstack([pictures()["right"], pictures()["left"]])
    [hands] = python_client(sided_bundle, [both])
    assert {hand["side"] for hand in hands} == {"Left", "Right"}
    places = {hand["side"]: np.mean(hand["keypoints"], axis=0)[0] for hand in hands}
    assert places["Right"] < both.shape[1] / 2 < places["Left"]


def test_the_lite_palm_detector_finds_the_hand_too(
    python_client, found, bundle, tmp_path
):
    landmarks = zipfile.ZipFile(bundle).read(LANDMARKS)
    parts = {DETECTOR: palm_detector("palm_lite"), LANDMARKS: landmarks}
    lite = tmp_path / "lite.task"
    lite.write_bytes(zip_stored(parts))
    [[hand]] = python_client(lite, [pictures()["right"]])
    [full] = found["right"]
    # Two palm detectors place the crop a little differently.
    assert distances(hand, np.array(full["keypoints"])).max() < 0.1


def test_a_hand_is_followed_through_a_film(python_client, bundle, own_pipeline):
    frames = [moved(3 * i, 400, 260 + 5 * i, 200) for i in range(16)]
    seen = python_client(bundle, frames, mode="video")
    assert [len(hands) for hands in seen] == [1] * len(frames)
    for [before], [hand], frame in zip(seen, seen[1:], frames[1:], strict=False):
        # MediaPipe's next region is that of the last landmarks.
        place = closer_region(before["keypoints"])
        [own] = own_pipeline.poses(frame, [place])
        check_near(hand, own.keypoints)


def without_a_hand() -> dict[str, Image]:
    """Return noise, plain grey, stripes, and the demo's wall beside its hand."""
    noise = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    stripes = np.where(np.arange(WIDTH) // 40 % 2, 200, 60).astype(np.uint8)
    wall = read_image(DEMO)[:, :200]
    return {
        "noise": noise,
        "grey": np.full((HEIGHT, WIDTH, 3), 127, np.uint8),
        "stripes": np.tile(stripes[None, :, None], (HEIGHT, 1, 3)),
        "wall": np.tile(wall, (1, 3, 1)),
    }


def test_pictures_without_a_hand_have_none(python_client, bundle):
    assert python_client(bundle, [*without_a_hand().values()]) == [[]] * 4


@pytest.mark.parametrize("name", without_a_hand())
def test_presence_is_low_without_a_hand(name, own_pipeline):
    picture = without_a_hand()[name]
    middle = np.array([picture.shape[1] / 2, picture.shape[0] / 2])
    [place] = own_pipeline.poses(picture, [HandRegion(middle, 300)])
    assert place.score < 0.1


@pytest.mark.parametrize("name", pictures())
def test_presence_is_high_on_a_hand(name, regions, own_pipeline):
    [hand] = own_pipeline.poses(pictures()[name], [regions[name]])
    assert hand.score > 0.9


def test_presence_ends_a_hand_that_is_gone(python_client, bundle):
    """The client looks where the hand was; only presence tells that it is not there."""
    empty = np.full((HEIGHT, WIDTH, 3), 127, np.uint8)
    frames = [moved(0, 400, 300, 200)] * 3 + [empty] * 3
    seen = python_client(bundle, frames, mode="video")
    assert [len(hands) for hands in seen] == [1, 1, 1, 0, 0, 0]


def test_the_browser_s_client_finds_the_same(browser_client, found, bundle, model):
    seen = browser_client(bundle, [*pictures().values()])
    for name, [hand] in zip(pictures(), seen, strict=True):
        [python] = found[name]
        apart = np.subtract(hand["keypoints"], python["keypoints"])
        assert np.linalg.norm(apart, axis=1).max() < 1
        assert hand["side"] == python["side"] or not model.has_handedness
