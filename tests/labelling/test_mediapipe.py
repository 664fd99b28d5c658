"""MediaPipe's own networks; skipped where their files are not in the cache."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from handypose_tf.data import open_source
from handypose_tf.errors import ModelError
from handypose_tf.geometry import box_region, tight_box
from handypose_tf.images import Image
from handypose_tf.labelling import MediaPipeHands, MediaPipeTeacher

Hand = tuple[Image, np.ndarray]


def error(found: np.ndarray, truth: np.ndarray) -> float:
    """Return the mean distance over the hand's size."""
    size = tight_box(truth)[2:].max()
    return float(np.linalg.norm(found - truth, axis=1).mean() / size)


def turned(hand: Hand, turns: int) -> Hand:
    """Return picture and keypoints after counter-clockwise quarter turns."""
    image, points = hand
    for _ in range(turns):
        points = np.stack([points[:, 1], image.shape[1] - 1 - points[:, 0]], axis=1)
        image = np.ascontiguousarray(np.rot90(image))
    return image, points


def test_a_given_box(mediapipe_hands: MediaPipeHands, demo_hand: Hand) -> None:
    image, truth = demo_hand
    found = mediapipe_hands.landmarks_in(image, box_region(tight_box(truth)))
    assert found.keypoints.shape == (21, 2)
    assert found.presence > 0.9
    assert error(found.keypoints, truth) < 0.08


@pytest.mark.parametrize("turns", range(4))
def test_the_detector_finds_the_hand_and_its_direction(
    mediapipe_hands: MediaPipeHands, demo_hand: Hand, turns: int
) -> None:
    image, truth = turned(demo_hand, turns)
    palms = mediapipe_hands.detect(image, -90 * turns)
    region = palms[0].region
    assert len(palms) == 1
    found = mediapipe_hands.landmarks_in(image, region)
    assert error(found.keypoints, truth) < 0.08


def test_the_mirror_image_is_mirrored_back(
    mediapipe_hands: MediaPipeHands, demo_hand: Hand
) -> None:
    image, _ = demo_hand
    (palm,) = mediapipe_hands.detect(image)
    plain = mediapipe_hands.landmarks_in(image, palm.region)
    mirrored = mediapipe_hands.landmarks_in(image, palm.region, mirrored=True)
    assert error(mirrored.keypoints, plain.keypoints) < 0.05
    assert mirrored.is_left == plain.is_left


@pytest.mark.parametrize("turns", range(4))
def test_the_teacher_does_not_mind_how_the_picture_is_turned(
    mediapipe_hands: MediaPipeHands, demo_hand: Hand, turns: int
) -> None:
    image, truth = turned(demo_hand, turns)
    (label,) = MediaPipeTeacher(mediapipe_hands).label(image)
    assert error(label.keypoints, truth) < 0.08
    assert label.score > 0.8
    assert label.disagreement < 0.05


def test_two_hands_are_two_labels(
    mediapipe_hands: MediaPipeHands, demo_hand: Hand
) -> None:
    image, truth = demo_hand
    pair = np.concatenate([image, image[:, ::-1]], axis=1)
    labels = MediaPipeTeacher(mediapipe_hands).label(pair)
    labels.sort(key=lambda label: label.keypoints[0, 0])
    assert len(labels) == 2
    flipped = truth * [-1, 1] + [pair.shape[1] - 1, 0]
    assert error(labels[0].keypoints, truth) < 0.08
    assert error(labels[1].keypoints, flipped) < 0.08
    assert labels[0].is_left != labels[1].is_left


def test_tiles_find_a_small_hand_and_say_where_in_the_picture_it_is(
    mediapipe_hands: MediaPipeHands, demo_hand: Hand
) -> None:
    image, truth = demo_hand
    scale = 96 / max(image.shape)
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    scene = np.full((720, 960, 3), small[0, 0], np.uint8)
    scene[600 : 600 + small.shape[0], 800 : 800 + small.shape[1]] = small
    assert MediaPipeTeacher(mediapipe_hands).label(scene) == []
    teacher = MediaPipeTeacher(mediapipe_hands, levels=3)
    assert teacher.describe()["levels"] == "3"
    (label,) = teacher.label(scene)
    expected = (truth + 0.5) * scale - 0.5 + (800, 600)
    assert error(label.keypoints, expected) < 0.12
    assert label.spread is not None and label.spread.shape == (21,)
    assert label.disagreement == pytest.approx(float(label.spread.mean()))


def test_a_plain_wall_has_no_hand(mediapipe_hands: MediaPipeHands) -> None:
    wall = np.full((120, 200, 3), 180, np.uint8)
    assert mediapipe_hands.detect(wall) == []
    assert MediaPipeTeacher(mediapipe_hands).label(wall) == []


@pytest.mark.shared
def test_the_known_score_on_hands_labelled_by_people(
    mediapipe_hands: MediaPipeHands, shared_dir: Path
) -> None:
    path = shared_dir / "data" / "coco_hands_dev" / "annotations.json"
    if not path.is_file():
        pytest.skip(f"needs {path}")
    hits: list[np.ndarray] = []
    for record in open_source(f"coco:{path}", on_error="skip").records():
        visible = record.visibility > 0
        box = tight_box(record.keypoints, visible)
        size = box[2:].max()
        if size >= 48 and visible.sum() >= 10:
            found = mediapipe_hands.landmarks_in(
                record.read_image(), box_region(box)
            ).keypoints
            distance = np.linalg.norm(found - record.keypoints, axis=1)
            hits.append(distance[visible] < 0.2 * size)
    assert len(hits) == 26
    assert np.concatenate(hits).mean() == pytest.approx(0.667, abs=0.005)


def test_an_unknown_variant_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'full', 'lite'"):
        MediaPipeHands(tmp_path, "heavy")


def test_a_missing_model_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"palm_detection_full\.tflite"):
        MediaPipeHands(tmp_path)
