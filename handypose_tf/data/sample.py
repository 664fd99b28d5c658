"""One annotation of one hand, and what can be wrong with it.

No TensorFlow here: readers, conversion and evaluation share these records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from handypose_tf.errors import DataError
from handypose_tf.geometry import FloatArray, tight_box
from handypose_tf.images import decode_image
from handypose_tf.images.header import PictureHeader

ProblemKind = Literal[
    "missing_picture",
    "broken_picture",
    "unsupported_picture",
    "wrong_size",
    "unsafe_path",
    "broken_file",
    "missing_annotation",
    "bad_structure",
    "wrong_joint_count",
    "bad_number",
    "no_visible_joint",
    "empty_box",
    "box_outside",
    "box_elsewhere",
    "duplicate_name",
    "corrupt_shard",
]

#: Visibility of all keypoints where a box holds no hand.
NO_HAND = -1.0

#: Every kind of bad record that a reader can name.
PROBLEM_KINDS: tuple[ProblemKind, ...] = get_args(ProblemKind)


@dataclass(frozen=True, slots=True)
class Problem:
    """A bad record: where it is, what is wrong, and of which kind.

    Attributes:
        path: The annotation file or picture at fault.
        where: Line, key or number inside that file; empty if it is the whole file.
        reason: What is wrong, in words.
        kind: One of `PROBLEM_KINDS`.
    """

    path: str
    where: str
    reason: str
    kind: ProblemKind

    def __str__(self) -> str:
        """Return one line: file, place, reason and kind."""
        place = f" ({self.where})" if self.where else ""
        return f"{self.path}{place}: {self.reason} [{self.kind}]"


class RecordError(DataError):
    """One annotation or one picture cannot be used; the others may be fine.

    Args:
        kind: One of `PROBLEM_KINDS`.
        reason: What is wrong, in words, without the name of the file.
    """

    def __init__(self, kind: ProblemKind, reason: str) -> None:
        super().__init__(reason)
        self.kind: ProblemKind = kind


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """One hand in one picture; checked on construction.

    Attributes:
        sample_id: Unique in its data set and the same on every run.
        image_path: File that holds the picture.
        keypoints: `(num_keypoints, 2)` float32, pixels after EXIF turning.
        visibility: `(num_keypoints,)` float32, 0..1; 0 is not annotated. -1 for all:
            there is no hand in the box, which teaches models what is none.
        box: `(4,)` float32, x, y, width, height in pixels, by the format's own rule.
        is_left: 1 left, 0 right, -1 unknown.
        head_size: CMU's and MPII's head size in pixels; 0 unknown.
        split: The data set's own split, e.g. `"train"`; empty if it has none.
        span: `(offset, length)` of the picture inside `image_path`; the whole file if
            `None`.
        header: Size and orientation of the picture, once its file was looked at.
        mask: PNG of the picture's size after EXIF turning, 255 on the hand; empty if
            there is none.
        image_id: The picture's id in the format's own file; `None` if it has none.
        annotation_id: The annotation's, likewise.

    Raises:
        RecordError: If the annotation cannot be used.
    """

    sample_id: str
    image_path: str
    keypoints: NDArray[np.float32]
    visibility: NDArray[np.float32]
    box: NDArray[np.float32]
    is_left: int = -1
    head_size: float = 0.0
    split: str = ""
    span: tuple[int, int] | None = None
    header: PictureHeader | None = None
    mask: bytes = b""
    image_id: int | str | None = None
    annotation_id: int | str | None = None

    def __post_init__(self) -> None:
        """Turn the arrays into float32 and check them."""
        for name in ("keypoints", "visibility", "box"):
            value = np.asarray(getattr(self, name), np.float32)
            object.__setattr__(self, name, value)
        object.__setattr__(self, "keypoints", _without_unlabelled_nan(self))
        _check_keypoints(self.keypoints, self.visibility)
        _check_box(self.box)
        shown = self.keypoints[self.visibility > 0]
        if not (np.isfinite(self.head_size) and self.head_size >= 0):
            raise RecordError("bad_number", f"the head size is {self.head_size}")
        if self.header is not None:
            check_inside(self.box, self.header)
            check_corners(self.box, shown, self.header)
        check_pixels(self.box, shown)

    @property
    def is_hand(self) -> bool:
        """Whether it is a hand, and not a place without one."""
        return bool((self.visibility > 0).any())

    def read_image(self) -> NDArray[np.uint8]:
        """Read the picture as `uint8` RGB `(height, width, 3)`.

        Raises:
            DataError: If the file is missing or cannot be decoded.
        """
        try:
            return decode_image(self.read_bytes())
        except ValueError as error:
            raise DataError(f"{self.image_path}: {error}") from error

    def read_bytes(self) -> bytes:
        """Read the picture's encoded bytes.

        Raises:
            DataError: If the file cannot be read.
        """
        offset, length = self.span or (0, -1)
        try:
            with open(self.image_path, "rb") as file:
                file.seek(offset)
                return file.read(length)
        except OSError as error:
            reason = error.strerror or error
            raise DataError(f"{self.image_path}: cannot read: {reason}") from error


def box_around(
    center: ArrayLike, keypoints: ArrayLike, visibility: ArrayLike
) -> FloatArray:
    """Return CMU's box: a square as wide as the tight box, around a given centre.

    Cropped at 2.2 times its side, it is the crop of the CMU hand data sets' paper.

    Args:
        center: `(x, y)` of the annotated centre, pixels.
        keypoints: `(num_keypoints, 2)`, pixels.
        visibility: `(num_keypoints,)`; points at 0 are left out.

    Raises:
        RecordError: If no joint is visible.
    """
    side = float(visible_box(keypoints, visibility)[2:].max())
    corner = np.asarray(center, np.float32) - side / 2
    return np.array([*corner, side, side], np.float32)


def visible_box(keypoints: ArrayLike, visibility: ArrayLike) -> FloatArray:
    """Return the tight box of the visible points, for formats that give no box.

    Raises:
        RecordError: If no joint is visible.
    """
    if not (np.asarray(visibility) > 0).any():
        raise RecordError("no_visible_joint", "no joint is visible")
    return tight_box(keypoints, visibility)


def check_inside(box: FloatArray, header: PictureHeader) -> None:
    """Refuse a box that lies wholly outside its picture.

    Raises:
        RecordError: If the box and the picture have no pixel in common.
    """
    x, y, width, height = (float(value) for value in box)
    outside_x = x >= header.width - 0.5 or x + width <= -0.5
    outside_y = y >= header.height - 0.5 or y + height <= -0.5
    if outside_x or outside_y:
        raise RecordError(
            "box_outside",
            f"the box {_rounded(box)} lies outside the picture of "
            f"{header.width}x{header.height} pixels",
        )


def check_pixels(box: FloatArray, points: FloatArray) -> None:
    """Refuse what is no pixels, and a box that is another's than its points.

    Args:
        box: `(4,)`, x, y, width, height.
        points: `(num_points, 2)`, those that are labelled.

    Raises:
        RecordError: If points or box lie between 0 and 1, or fewer than half of the
            points lie within twice the box.
    """
    for name, values in (("keypoints", points), ("box", box)):
        if len(values) > 1 and values.min() >= 0 and 0 < values.max() <= 1:
            raise RecordError(
                "bad_number",
                f"the {name} lie between 0 and 1; pixels are wanted: multiply by the "
                "picture's width and height",
            )
    distances = np.abs(points - (box[:2] + box[2:] / 2)).max(axis=1, initial=0)
    if len(points) and (distances <= box[2:].max()).mean() < 0.5:
        raise RecordError(
            "box_elsewhere",
            f"most keypoints lie far from the box {_rounded(box)}; is it another "
            "hand's, or of the picture in another size?",
        )


def check_corners(box: FloatArray, points: FloatArray, header: PictureHeader) -> None:
    """Refuse a box that is two corners of the hand, and not a corner and a size.

    Raises:
        RecordError: If the box reaches out of the picture, and as two corners fits the
            labelled points.
    """
    low, high = box[:2], box[2:]
    out = (low + high) > 1.1 * np.array([header.width, header.height])
    if not out.any() or len(points) < 3 or (high <= low).any():
        return
    spread, margin = np.ptp(points, axis=0), 0.1 * (high - low)
    fits = (points >= low - margin).all() and (points <= high + margin).all()
    if fits and (spread > 0.5 * (high - low)).all():
        raise RecordError(
            "bad_number",
            f"the box {_rounded(box)} seems to be two corners; x, y, width, height are "
            "wanted",
        )


def _without_unlabelled_nan(record: Record) -> NDArray[np.float32]:
    """Return keypoints whose unlabelled ones are numbers: tools write NaN for them."""
    points, visibility = record.keypoints, record.visibility
    if points.ndim != 2 or visibility.shape != points.shape[:1]:
        return points
    unlabelled = (visibility <= 0)[:, None] & ~np.isfinite(points)
    return np.where(unlabelled, np.float32(0), points)


def _check_keypoints(keypoints: FloatArray, visibility: FloatArray) -> None:
    count = len(keypoints)
    if keypoints.shape != (count, 2) or visibility.shape != (count,):
        raise RecordError(
            "wrong_joint_count",
            f"{count} keypoints do not go with {len(visibility)} visibilities",
        )
    if not (np.isfinite(keypoints).all() and np.isfinite(visibility).all()):
        raise RecordError("bad_number", "a keypoint is NaN or infinite")
    if (visibility == NO_HAND).all():
        return
    if visibility.min(initial=0) < 0 or visibility.max(initial=0) > 1:
        raise RecordError("bad_number", "a visibility lies outside 0..1")
    if not visibility.any():
        raise RecordError("no_visible_joint", "no joint is visible")


def _check_box(box: FloatArray) -> None:
    if box.shape != (4,) or not np.isfinite(box).all():
        raise RecordError("bad_number", f"the box {box.tolist()} is not four numbers")
    if box[2:].min() < 0 or box[2:].max() == 0:
        raise RecordError("empty_box", f"the box {_rounded(box)} has no area")


def _rounded(box: FloatArray) -> list[float]:
    return [round(float(value), 1) for value in box]
