"""MediaPipe Hands without MediaPipe: its two networks under LiteRT.

References:
    Zhang et al., "MediaPipe Hands: On-device Real-time Hand Tracking", 2020.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from handypose_tf.checks import check_choice
from handypose_tf.geometry import (
    FloatArray,
    HandRegion,
    box_center,
    crop_matrix,
    image_box,
    transform_points,
    warp_image,
)
from handypose_tf.hand import NUM_KEYPOINTS
from handypose_tf.images import Image, check_image
from handypose_tf.labelling import palm_detection
from handypose_tf.labelling.mediapipe_regions import palm_region
from handypose_tf.litert.interpreter import open_interpreter
from handypose_tf.palm import PALM_MIDDLE_KNUCKLE, PALM_WRIST
from handypose_tf.weights.mediapipe_files import (
    FILES,
    LANDMARK_SIZE,
    MEDIAPIPE_FILES,
    PALM_SIZE,
)

VARIANTS = ("full", "lite")

#: MediaPipe's own default for both networks.
MIN_SCORE = 0.5


class Palm(NamedTuple):
    """A detected palm, in pixels of the picture.

    Attributes:
        box: `(4,)`, a square: x, y, width, height.
        points: `(7, 2)`, see `handypose_tf.palm.NUM_PALM_POINTS`.
        score: 0..1.
    """

    box: FloatArray
    points: FloatArray
    score: float

    @property
    def region(self) -> HandRegion:
        """The turned square around the whole hand."""
        wrist, knuckle = self.points[[PALM_WRIST, PALM_MIDDLE_KNUCKLE]]
        return palm_region(self.box, wrist, knuckle)


class Landmarks(NamedTuple):
    """What the landmark model says of one crop.

    Attributes:
        keypoints: `(21, 2)`, pixels of the picture.
        presence: Chance that there is a hand, 0..1.
        left_score: Chance that it is a left hand, 0..1. MediaPipe's own word for the
            side is of a mirrored picture; this is of the picture as it is (measured on
            263 rendered hands: right for .90 of them).
    """

    keypoints: FloatArray
    presence: float
    left_score: float = 0.5

    @property
    def is_left(self) -> bool:
        """Whether it is rather a left hand than a right one."""
        return self.left_score > 0.5


class MediaPipeHands:
    """MediaPipe's palm detector and hand landmark model.

    Args:
        model_folder: Folder of the four model files; fetched once into the cache if
            `None`.
        variant: `"full"` or `"lite"`, for both networks.
        num_threads: Threads to run on.

    Raises:
        DataError: If the files are not there and cannot be fetched.
        ModelError: If LiteRT cannot load one.

    Examples:
        >>> hands = MediaPipeHands()  # doctest: +SKIP
        >>> for palm in hands.detect(image):  # doctest: +SKIP
        ...     found = hands.landmarks_in(image, palm.region)
    """

    def __init__(
        self,
        model_folder: str | os.PathLike[str] | None = None,
        variant: str = "full",
        *,
        num_threads: int = 1,
    ) -> None:
        check_choice("variant", variant, VARIANTS)
        folder = Path(model_folder) if model_folder else MEDIAPIPE_FILES.fetch()
        self.variant = variant
        self._palms = _Network(folder / FILES[f"palm_{variant}"], num_threads)
        self._hand = _Network(folder / FILES[f"landmark_{variant}"], num_threads)

    def detect(
        self, image: Image, degrees: float = 0.0, *, min_score: float = MIN_SCORE
    ) -> list[Palm]:
        """Find palms, the best first.

        Args:
            image: `(height, width, 3)` uint8 RGB.
            degrees: Turn of the picture before it is searched, counter-clockwise.
            min_score: What is below is no palm.
        """
        height, width = check_image(image).shape[:2]
        size = PALM_SIZE
        center = box_center(image_box(width, height))
        matrix = crop_matrix(center, max(width, height), size, degrees=degrees)
        # Not averaged down, as the detector was trained: measured on 71 photos, it then
        # finds 48 of the 52 hands that MediaPipe finds, averaged 41.
        small = cv2.warpAffine(image, matrix[:2], (size, size))
        raw, logits = self._palms(small)
        palms = palm_detection.decode_palms(raw, logits, min_score)
        return _place(palm_detection.join_overlapping(palms), matrix)

    def landmarks_in(
        self, image: Image, region: HandRegion, *, mirrored: bool = False
    ) -> Landmarks:
        """Find the keypoints of the hand in a turned square.

        Args:
            image: `(height, width, 3)` uint8 RGB.
            region: Where to look.
            mirrored: Whether to show the model the mirror image; the result is
                mirrored back.
        """
        matrix = region.matrix(LANDMARK_SIZE)
        crop = warp_image(check_image(image), matrix, LANDMARK_SIZE)
        crop = crop[:, ::-1] if mirrored else crop
        raw, presence, right, _ = self._hand(crop)
        # Whole numbers are pixels' centres: see `weights.mediapipe.PIXEL_CENTRE`.
        points = raw.reshape(NUM_KEYPOINTS, 3)[:, :2].astype(np.float64)
        if mirrored:
            points[:, 0] = LANDMARK_SIZE - 1 - points[:, 0]
        keypoints = transform_points(points, np.linalg.inv(matrix))
        seen_right = float(right.item())
        left_score = seen_right if mirrored else 1 - seen_right
        return Landmarks(keypoints, float(presence.item()), left_score)


class _Network:
    """One of MediaPipe's `.tflite` files: a picture in, the file's outputs out."""

    def __init__(self, path: Path, num_threads: int) -> None:
        self._interpreter = open_interpreter(path, num_threads, remedy="fetch it again")
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = self._interpreter.get_output_details()
        self._outputs = [output["index"] for output in outputs]

    def __call__(self, image: NDArray) -> list[NDArray]:
        """Run on `(side, side, 3)` uint8 RGB; the networks want 0..1."""
        values = image[None].astype(np.float32) / 255
        self._interpreter.set_tensor(self._input, values)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index)[0] for index in self._outputs]


def _place(palms: palm_detection.Palms, matrix: FloatArray) -> list[Palm]:
    """Move palms from 0..1 of the detector's input to the picture."""
    size = PALM_SIZE
    to_picture = np.linalg.inv(matrix)
    scale = size * float(np.sqrt(np.linalg.det(to_picture[:2, :2])))
    found = []
    for box, points, score in zip(*palms, strict=True):
        center = transform_points(box_center(box) * size - 0.5, to_picture)
        side = max(box[2:]) * scale
        square = np.array([*(center - side / 2), side, side], np.float32)
        keypoints = transform_points(points * size - 0.5, to_picture)
        found.append(Palm(square, keypoints, float(score)))
    return found
