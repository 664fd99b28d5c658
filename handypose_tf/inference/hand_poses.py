"""The hands of one picture: a list that can be drawn, shown and written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

import cv2
import numpy as np

from handypose_tf.errors import MissingExtraError
from handypose_tf.hand import BONES, KEYPOINT_NAMES
from handypose_tf.images import Image, encode_image, write_image
from handypose_tf.inference.drawing import draw_hands
from handypose_tf.inference.hand_pose import HandPose
from handypose_tf.inference.hand_table import hand_columns, hand_values
from handypose_tf.inference.picture_input import read_picture

if TYPE_CHECKING:
    from pandas import DataFrame

#: Longer side of what a notebook shows, pixels.
_NOTEBOOK_SIDE = 1024


class HandPoses(list[HandPose]):
    """The hands of one picture, a list of `HandPose`.

    A picture that was read from a file is not held in memory: it is read again where
    it is drawn.

    Args:
        hands: The best first, or in the order of the boxes that were given.
        picture: The file, or `(height, width, 3)` uint8 RGB.
        size: Width and height of the picture, pixels.
        names: Of the keypoints.
        skeleton: Pairs of keypoint indices.

    Attributes:
        path: Of the picture; `None` if it was no file.
        width: Of the picture, pixels.
        height: Of the picture, pixels.

    Examples:
        >>> hands = HandPoseEstimator().predict("photo.jpg")  # doctest: +SKIP
        >>> hands.save("drawn.jpg")  # doctest: +SKIP
        >>> hands.to_dataframe()[["index_4_x", "index_4_y"]]  # doctest: +SKIP
    """

    def __init__(
        self,
        hands: Iterable[HandPose],
        picture: Image | str | os.PathLike[str],
        size: tuple[int, int],
        *,
        names: Sequence[str] = KEYPOINT_NAMES,
        skeleton: Sequence[Sequence[int]] = BONES,
    ) -> None:
        super().__init__(hands)
        self.path = None if isinstance(picture, np.ndarray) else Path(picture)
        self.width, self.height = size
        self._picture = picture
        self._names = tuple(names)
        self._skeleton = skeleton

    @property
    def image(self) -> Image:
        """The picture, `(height, width, 3)` uint8 RGB.

        Raises:
            DataError: If its file cannot be read any more.
        """
        return read_picture(self._picture)

    @property
    def number(self) -> int | None:
        """The picture's number, where its file is called by one, as COCO's are."""
        stem = "" if self.path is None else self.path.stem
        return int(stem) if stem.isascii() and stem.isdigit() else None

    def of_file(self, path: str | os.PathLike[str]) -> HandPoses:
        """Return the same hands with their picture in a file, not in memory."""
        return self._like(self, path)

    def draw(self) -> Image:
        """Return the picture with the hands on it, as a new array."""
        return draw_hands(self.image, self, self._skeleton)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture with the hands on it, in the format of the path's ending.

        Raises:
            OutputError: If it cannot be written.
        """
        return write_image(path, self.draw())

    def show(self) -> None:
        """Show the picture with the hands: in a notebook, else in a plot's window."""
        from matplotlib import pyplot

        pyplot.figure(figsize=(8, 8 * self.height / self.width), layout="tight")
        pyplot.imshow(self.draw())
        pyplot.axis("off")
        pyplot.show()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: an entry of `handypose predict --json`."""
        return {
            "image": None if self.path is None else os.fspath(self.path),
            "width": self.width,
            "height": self.height,
            "hands": [hand.to_dict() for hand in self],
        }

    def to_coco(
        self, image_id: int | None = None, category_id: int = 1
    ) -> list[dict[str, Any]]:
        """Return entries of a COCO keypoint result file, for pycocotools' `loadRes`.

        Args:
            image_id: Number of the picture in the annotations' file; by default what
                the file is called, where that is a number, as COCO's are.
            category_id: Number of the hand's category there.

        Raises:
            ValueError: If the picture has no number.
        """
        number = self.number if image_id is None else image_id
        if number is None:
            raise ValueError(
                "`image_id` is needed where the picture's file is not called by a "
                f"number. Received: {self.path}"
            )
        return [hand.to_coco(number, category_id) for hand in self]

    def to_dataframe(self) -> DataFrame:
        """Return a table with a row a hand: the columns of `handypose predict --csv`.

        Raises:
            MissingExtraError: If pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise MissingExtraError("pandas", "tables", "make a table") from error
        columns = ["image", "width", "height", *hand_columns(self._names)]
        image = None if self.path is None else os.fspath(self.path)
        rows = [
            [image, self.width, self.height, *hand_values(number, hand)]
            for number, hand in enumerate(self)
        ]
        return pandas.DataFrame(rows, columns=columns)

    @overload
    def __getitem__(self, index: SupportsIndex) -> HandPose: ...

    @overload
    def __getitem__(self, index: slice) -> HandPoses: ...

    def __getitem__(self, index: Any) -> Any:
        """Return a hand, or some hands of the same picture."""
        found = super().__getitem__(index)
        return self._like(found, self._picture) if isinstance(index, slice) else found

    def _like(
        self, hands: Iterable[HandPose], picture: Image | str | os.PathLike[str]
    ) -> HandPoses:
        size, names = (self.width, self.height), self._names
        return HandPoses(hands, picture, size, names=names, skeleton=self._skeleton)

    def __repr__(self) -> str:
        """Tell the picture in one line and each hand in one below."""
        count = f"{len(self)} hand{'s' * (len(self) != 1)}" if self else "no hand"
        name = "picture" if self.path is None else os.fspath(self.path)
        head = f"<HandPoses {name}, {self.width} x {self.height}: {count}>"
        return "\n".join([head, *(f"  {hand!r}" for hand in self)])

    def _repr_png_(self) -> bytes:
        """Return the drawn picture for a notebook, shrunk if it is large."""
        drawn = self.draw()
        scale = _NOTEBOOK_SIDE / max(self.width, self.height)
        if scale < 1:
            size = max(1, round(scale * self.width)), max(1, round(scale * self.height))
            small = cv2.resize(drawn, size, interpolation=cv2.INTER_AREA)
            return encode_image(small.astype(np.uint8, copy=False), ".png")
        return encode_image(drawn, ".png")
