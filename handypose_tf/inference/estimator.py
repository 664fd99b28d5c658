"""From a picture to hands: find them, crop, run the model, move the keypoints back."""

from __future__ import annotations

import os
import warnings
from collections.abc import Generator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.checks import check_choice
from handypose_tf.geometry import FloatArray, HandRegion
from handypose_tf.images import Image
from handypose_tf.inference.boxes import check_boxes
from handypose_tf.inference.combined_pose import combined_pose
from handypose_tf.inference.crop_model import CropModel
from handypose_tf.inference.hand_finder import (
    Detector,
    DetectorFinder,
    FoundHand,
    HandFinder,
    WholePictureFinder,
    open_detector,
)
from handypose_tf.inference.hand_overlap import drop_duplicates
from handypose_tf.inference.hand_pose import HandPose
from handypose_tf.inference.hand_poses import HandPoses
from handypose_tf.inference.many_pictures import ON_ERROR, predict_each
from handypose_tf.inference.picture_input import read_picture
from handypose_tf.inference.thresholds import hand_limits
from handypose_tf.litert.interpreter import count_processors
from handypose_tf.litert.metadata import ModelMetadata

DEFAULT_MODEL = "handypose_mediapipe_full"

#: A find is looked at again if its score is at least this share of what a hand needs:
#: on 50 photos 33 runs of the pose network each in place of 47, the same hands found.
_PROMISING = 0.7

#: Another look is so much on the way from where the hand was looked for to where its
#: points are. Measured (30 November 2026) on 280 held-out hands, photos' and rendered:
#: pck_box@0.2 of the second look in the hands' boxes: 94.0 and 82.6 %; a third of the
#: way 93.9 and 83.0, at the points alone 93.8 and 81.7. In boxes moved and scaled by an
#: eighth: 92.6 and 76.5, 92.2 and 75.9, 91.3 and 74.1.
_TOWARDS_POINTS = 0.5

#: Its side is so much longer than that: the points that it is cut by may lie too far
#: inside. Measured (30 November 2026) on 129 held-out hands in photos of people and 273
#: and 328 rendered ones, all looks combined: pck_box@0.1 70.0, 68.8 and 65.1 %, at 1
#: 68.3, 68.5 and 63.8. Where the points are known, 1 is best.
_WIDER = 1.1

#: Levels of the detector's look at single pictures.
DEFAULT_LEVELS = 2


class HandPoseEstimator:
    """Finds the keypoints of hands in pictures.

    With boxes, each is cut out as a square of the model's own margin. Without, a
    detector finds the hands; where there is none, the whole picture is searched for
    one hand.

    Threads may share one: they take turns at the networks. With one each, two threads
    on two cores did 1.0 to 1.3 times as many photos (30 November 2026); `predict_many`
    opens a network for each core. It is pickled by its arguments, and opened anew where
    it is unpickled.

    Args:
        model: A `.tflite` or `.keras` file, the name of a shipped file, or a preset
            that ships (`handypose models` lists them).
        num_threads: Threads of a `.tflite` model; by default all, at most four.
        detector: A detector, its file or name; `"auto"` takes the shipped one, if
            any; `None` searches the whole picture for one hand.
        levels: How closely a detector that is opened here looks: see `HandDetector`.
            For videos 1 is fast, and a hand that is followed is seen closely anyway.
        min_score: Without boxes, a hand whose score is lower is not reported. By
            default what the model's file says (`handypose_tf.inference.thresholds`).
        refine: Look again, twice: cut each hand out anew, turned, and moved and sized
            on the way to its last keypoints, mirrored and as it is; all answers are
            combined (`combined_pose`). Two more runs of the model a hand. By default
            hands of single pictures are looked at again, and those that are followed
            through a video are not.
        turn: Whether a second look shows the hand upright.
        mirrored: Whether pictures are mirrored, as those of many selfie cameras are:
            what looks like a left hand is then a right one.

    Raises:
        ModelError: If there is no such model or it cannot be used.

    Examples:
        >>> hands = HandPoseEstimator().predict("photo.jpg")  # doctest: +SKIP
        >>> hands[0]["index_tip"]  # doctest: +SKIP
        array([333.4, 310.7], dtype=float32)
        >>> hands.save("drawn.jpg")  # doctest: +SKIP
    """

    def __init__(
        self,
        model: str | os.PathLike[str] = DEFAULT_MODEL,
        num_threads: int | None = None,
        *,
        detector: Detector | str | os.PathLike[str] | None = "auto",
        levels: int = DEFAULT_LEVELS,
        min_score: float | None = None,
        refine: bool | None = None,
        turn: bool = True,
        mirrored: bool = False,
    ) -> None:
        self._arguments: dict[str, Any] = {
            "model": model,
            "num_threads": num_threads,
            "detector": detector,
            "levels": levels,
            "turn": turn,
            "mirrored": mirrored,
        }
        self.refine = refine
        self.turn = turn
        self._model = CropModel(model, num_threads, mirrored=mirrored)
        self._limits = hand_limits(self.metadata)
        self.min_score = self._limits.find if min_score is None else min_score
        found = open_detector(detector, num_threads, levels)
        self._has_detector = found is not None
        self._finder: HandFinder = (
            WholePictureFinder(self._model, turn=turn)
            if found is None
            else DetectorFinder(found, self._model)
        )

    @property
    def path(self) -> Path:
        """The pose model's file."""
        return self._model.path

    @property
    def keep_score(self) -> float:
        """What a hand that is followed through a video needs; less than `min_score`."""
        return self._limits.keep_below(self.min_score)

    @property
    def metadata(self) -> ModelMetadata:
        """What the pose model's file says of itself."""
        return self._model.metadata

    def predict(self, image: Any, boxes: ArrayLike | None = None) -> HandPoses:
        """Find hands in a picture.

        Args:
            image: A file to read, `(height, width, 3)` uint8 RGB, or an image of
                Pillow's.
            boxes: `(num_hands, 4)`, the tight box `x, y, width, height` of each hand
                in pixels.

        Returns:
            One hand a box, in order; without boxes the hands found, the best first.

        Raises:
            DataError: If the file cannot be read or a box lies outside the picture.
            TypeError: If the image is nothing of that.
            ValueError: If the image or the boxes have a wrong type or shape.
        """
        pixels = read_picture(image)
        if boxes is None:
            hands = self.find(pixels)
        else:
            checked = check_boxes(boxes, pixels)
            regions = [self._model.box_region(box) for box in checked]
            hands = self._look(pixels, regions, again=self.refine is not False)
        is_file = isinstance(image, str | os.PathLike)
        return HandPoses(
            hands,
            image if is_file else pixels,
            (pixels.shape[1], pixels.shape[0]),
            names=self.metadata.keypoint_names,
            skeleton=self.metadata.skeleton,
        )

    def predict_many(
        self, pictures: Any, *, on_error: str = "raise"
    ) -> Generator[HandPoses]:
        """Find the hands of many pictures, on all cores, in order.

        Pictures are taken as they are needed, a few ahead of the result that is waited
        for.

        Args:
            pictures: Files, folders, patterns (`"photos/**/*.jpg"`), arrays or images
                of Pillow's: one of these, or a list or generator of them.
            on_error: `"raise"`, or `"skip"`: pass files that cannot be read, with a
                warning each.

        Yields:
            The hands of each picture.

        Raises:
            DataError: If a file cannot be read.
            TypeError: If a picture is nothing of that.
        """
        check_choice("on_error", on_error, ON_ERROR)
        estimators = self.for_threads(count_processors())
        return predict_each(estimators, pictures, skip=on_error == "skip")

    def find(self, image: Image, known: Sequence[HandPose] = ()) -> list[HandPose]:
        """Find the hands of a whole picture, the best first, each once.

        Args:
            image: `(height, width, 3)` uint8 RGB.
            known: Hands of this picture that are not to be found again.
        """
        found = self._finder.find(image, known)
        if self._has_detector if self.refine is None else self.refine:
            found = self._look_again(image, self._promising(found, known))
        best_first = sorted((h.scored() for h in found), key=lambda hand: -hand.score)
        hands = [hand for hand in best_first if hand.score >= self.min_score]
        return drop_duplicates(hands, known)

    def predict_regions(
        self, image: Image, regions: Sequence[HandRegion]
    ) -> list[HandPose]:
        """Find one hand a region, in order; `(height, width, 3)` uint8 RGB."""
        return self._look(image, regions, again=bool(self.refine))

    def next_region(self, hand: HandPose) -> HandRegion:
        """Return where to look for a hand in the next picture of a video."""
        return self._model.pose_region(hand, turn=self.turn)

    def heatmaps(
        self, image: Any, box: ArrayLike
    ) -> tuple[FloatArray, FloatArray] | None:
        """Return the heatmaps of one hand, for `images.drawing.draw_heatmaps`.

        Args:
            image: As for `predict`.
            box: The hand's tight box `x, y, width, height` in pixels.

        Returns:
            `(rows, columns, num_keypoints)` and the `(3, 3)` matrix from picture
            pixels to cells; `None` if the model file does not give heatmaps.
        """
        image = read_picture(image)
        [checked] = check_boxes(np.asarray(box)[None], image)
        return self._model.heatmaps(image, self._model.box_region(checked))

    def for_threads(self, count: int) -> list[HandPoseEstimator]:
        """Return one estimator for each of so many threads.

        It is this one alone where they do not help: TensorFlow has threads enough, and
        a detector of somebody's own is not ours to share.
        """
        detector = self._arguments["detector"]
        is_own = detector is not None and not isinstance(detector, str | os.PathLike)
        if self.path.suffix != ".tflite" or is_own or count == 1:
            return [self]
        arguments = {**self._arguments, **self._options, "num_threads": 1}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [type(self)(**arguments) for _ in range(count)]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the arguments."""
        return partial(type(self), **self._arguments, **self._options), ()

    @property
    def _options(self) -> dict[str, Any]:
        """Arguments that may have been changed since."""
        return {"min_score": self.min_score, "refine": self.refine}

    def _promising(
        self, found: list[FoundHand], known: Sequence[HandPose]
    ) -> list[FoundHand]:
        """Leave out what another look makes no hand, and what is seen twice."""
        best_first = sorted(found, key=lambda hand: -hand.scored().score)
        least = _PROMISING * self.min_score
        kept: list[FoundHand] = []
        for hand in best_first:
            others = [*known, *(other.pose for other in kept)]
            if hand.scored().score >= least and drop_duplicates([hand.pose], others):
                kept.append(hand)
        return kept

    def _look(
        self, image: Image, regions: Sequence[HandRegion], *, again: bool
    ) -> list[HandPose]:
        """Look at each region, and again at what is found there."""
        poses = self._model.poses(image, regions)
        if not again:
            return poses
        found = [*map(FoundHand, poses, regions)]
        return [hand.pose for hand in self._look_again(image, found)]

    def _look_again(self, image: Image, hands: list[FoundHand]) -> list[FoundHand]:
        """Look at each hand upright: mirrored first, then as it is.

        Returns:
            Of each hand what all looks amount to.
        """
        looks, latest = [hands], hands
        for mirrored in (True, False):
            regions = []
            for hand in latest:
                found = self.next_region(hand.pose)
                region = hand.region.towards(found, _TOWARDS_POINTS)
                side = _WIDER * region.side
                regions.append(region._replace(side=side, mirrored=mirrored))
            poses = self._model.poses(image, regions)
            latest = [
                hand._replace(pose=pose, region=region)
                for hand, pose, region in zip(hands, poses, regions, strict=True)
            ]
            looks.append(latest)
        presence = self.metadata.presence
        return [
            each[0]._replace(
                pose=combined_pose([hand.pose for hand in each], tell_presence=presence)
            )
            for each in zip(*looks, strict=True)
        ]
