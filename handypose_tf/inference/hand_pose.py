"""The result of prediction: one hand's keypoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from handypose_tf.geometry import FloatArray
from handypose_tf.hand import KEYPOINT_NAMES, keypoint_index

#: Decimals that are written: a thousandth of a pixel, a ten-thousandth of a score, a
#: tenth of a millimetre.
_PIXEL_DECIMALS, _SCORE_DECIMALS, _METRE_DECIMALS = 3, 4, 4


@dataclass(frozen=True, eq=False, repr=False)
class HandPose:
    """One hand, in the pixels of the picture that was given.

    The arrays are read-only float32 copies of what was passed. `hand["index_tip"]` is
    a keypoint's x and y, by its name or number.

    Attributes:
        keypoints: `(num_keypoints, 2)`, x before y, pixels.
        scores: `(num_keypoints,)`, 0..1.
        box: `(4,)`, the tight box `x, y, width, height` of the keypoints, pixels.
        score: Of the whole hand, 0..1. Where the model tells presence, the chance that
            this is a hand; else the mean of `scores`, and where a detector found the
            hand times the root of its score.
        is_left: Whether it is a left hand; `None` is unknown.
        left_score: Chance that it is a left hand, 0..1, where the model tells it: how
            sure `is_left` is.
        id: Number that a hand keeps through a video; `None` for single pictures.
        names: Of the keypoints; by default the 21 of `handypose_tf.hand`, and numbers
            where there are not 21.
        keypoints_3d: `(num_keypoints, 3)`, metres from the hand's middle, where the
            model tells them: x to the right, y down, z away from the camera, of a hand
            of usual size. They tell the hand's shape and turn, not where it is.

    Raises:
        ValueError: If a shape or value is none of the above.

    Examples:
        >>> hand["index_tip"]  # doctest: +SKIP
        array([333.4, 310.7], dtype=float32)
        >>> hand.scores[hand.index("index_tip")]  # doctest: +SKIP
        0.83
    """

    keypoints: FloatArray
    scores: FloatArray
    box: FloatArray
    score: float
    is_left: bool | None = None
    left_score: float | None = None
    id: int | None = None
    names: tuple[str, ...] = ()
    keypoints_3d: FloatArray | None = None

    def __post_init__(self) -> None:
        """Copy, freeze and check the values."""
        count = len(self.keypoints)
        if count == 0:
            raise ValueError("`keypoints` must hold at least one. Received: none")
        for name, shape in (
            ("keypoints", (count, 2)),
            ("scores", (count,)),
            ("box", (4,)),
            ("keypoints_3d", (count, 3)),
        ):
            if name == "keypoints_3d" and self.keypoints_3d is None:
                continue
            object.__setattr__(self, name, self._frozen(name, shape))
        object.__setattr__(self, "score", float(self.score))
        object.__setattr__(self, "names", self._checked_names(count))
        if (self.box[2:] < 0).any():
            raise ValueError(f"`box` sides must not be negative. Received: {self.box}")
        if not all(0 <= score <= 1 for score in (*self.scores, self.score)):
            raise ValueError(
                "`score` and `scores` must be 0..1. "
                f"Received: {self.score}, {self.scores}"
            )
        if self.left_score is not None and not 0 <= self.left_score <= 1:
            raise ValueError(f"`left_score` must be 0..1. Received: {self.left_score}")

    def __getitem__(self, name: str | int) -> FloatArray:
        """Return a keypoint, `(2,)` x and y in pixels.

        Args:
            name: `"wrist"`, `"index_tip"`, `"index_4"`, ..., or a number.

        Raises:
            KeyError: If there is no keypoint of that name.
            IndexError: If there are not as many.
        """
        return self.keypoints[self.index(name) if isinstance(name, str) else name]

    def index(self, name: str) -> int:
        """Return the place of a keypoint in `keypoints` and `scores`.

        Raises:
            KeyError: If there is no keypoint of that name.
        """
        return keypoint_index(name, self.names)

    def __repr__(self) -> str:
        """Tell id, side, score and box in one line."""
        facts = [f"id {self.id}"] if self.id is not None else []
        if self.is_left is not None:
            facts.append("left" if self.is_left else "right")
        x, y, width, height = self.box.round().astype(int).tolist()
        facts += [f"score {self.score:.2f}", f"box {x} {y} {width} {height}"]
        return f"<HandPose {', '.join(facts)}, {len(self.keypoints)} keypoints>"

    def _checked_names(self, count: int) -> tuple[str, ...]:
        numbers = tuple(str(number) for number in range(count))
        own = KEYPOINT_NAMES if count == len(KEYPOINT_NAMES) else numbers
        names = tuple(self.names) or own
        if len(names) != count:
            raise ValueError(f"`names` must be {count}. Received: {names}")
        return names

    def _frozen(self, name: str, shape: tuple[int, ...]) -> FloatArray:
        array = np.array(getattr(self, name), np.float32)
        if array.shape != shape or not np.isfinite(array).all():
            raise ValueError(
                f"`{name}` must be {shape} finite numbers. "
                f"Received: {array.shape} {array.tolist()}"
            )
        array.flags.writeable = False
        return array

    @property
    def points_score(self) -> float:
        """The mean of `scores`: how good the keypoints are, if it is a hand."""
        return float(self.scores.mean())

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers and lists for JSON, rounded to 0.001 pixel.

        `keypoints_3d` is there if it is known.
        """
        space = self.keypoints_3d
        further = {}
        if space is not None:
            further["keypoints_3d"] = _rounded(space, _METRE_DECIMALS)
        return {
            "keypoints": _rounded(self.keypoints, _PIXEL_DECIMALS),
            "scores": _rounded(self.scores, _SCORE_DECIMALS),
            "box": _rounded(self.box, _PIXEL_DECIMALS),
            "score": round(self.score, _SCORE_DECIMALS),
            "is_left": self.is_left,
            "left_score": self.left_score and round(self.left_score, _SCORE_DECIMALS),
            "id": self.id,
            **further,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> HandPose:
        """Build from what :meth:`to_dict` gave.

        Raises:
            ValueError: If a field is missing or bad.
        """
        required = ("keypoints", "scores", "box", "score")
        missing = [name for name in required if name not in values]
        if missing:
            raise ValueError(f"A hand lacks {', '.join(missing)}. Received: {values}")
        known: dict[str, Any] = {name: values[name] for name in required}
        optional = ("is_left", "left_score", "id", "keypoints_3d")
        known |= {name: values.get(name) for name in optional}
        return cls(**known)

    def with_side(self, left_score: float) -> HandPose:
        """Return the same hand with a side, by the chance that it is a left one."""
        return replace(self, left_score=left_score, is_left=left_score > 0.5)

    def to_coco(self, image_id: int, category_id: int = 1) -> dict[str, Any]:
        """Return one entry of a COCO keypoint result file.

        Args:
            image_id: Number of the picture in the annotations' file.
            category_id: Number of the hand's category there.

        Returns:
            `keypoints` is flat: x, y and score of each; COCO's tools ignore the third.
        """
        rows = np.column_stack([self.keypoints, self.scores])
        return {
            "image_id": image_id,
            "category_id": category_id,
            "keypoints": _rounded(rows.ravel(), _SCORE_DECIMALS),
            "bbox": _rounded(self.box, _PIXEL_DECIMALS),
            "score": round(self.score, _SCORE_DECIMALS),
        }


def better_pose(first: HandPose, second: HandPose) -> HandPose:
    """Return that of two looks at a hand whose keypoints are the surer, or the second.

    Whether it is a hand is another question: of two crops of one hand, the one with
    the higher presence is not the one with the better points.
    """
    return second if second.points_score >= first.points_score else first


def _rounded(values: FloatArray, decimals: int) -> Any:
    return np.asarray(values, np.float64).round(decimals).tolist()
