"""Which annotations of a COCO file are hands, and what their points are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from handypose_tf.data.parsing import FileError, id_key, side_of_class
from handypose_tf.data.readers.coco_file import CocoFile
from handypose_tf.data.sample import RecordError
from handypose_tf.hand import KEYPOINT_NAMES, NUM_KEYPOINTS

Names = tuple[str, ...]


class CocoCategories:
    """The categories of a file, as its annotations name them.

    Hands are what has points: annotations of categories that list keypoints, or whose
    annotations have some. Where such categories differ in the number of points, hands
    are those of 21 points, else those with `hand` in their name.

    Args:
        coco: The file.

    Raises:
        FileError: If several categories have points and none of them is told as hands.
    """

    def __init__(self, coco: CocoFile) -> None:
        self._coco = coco
        self._all = {id_key(c.get("id")): c for c in coco.categories}
        used, with_points = self._used()
        keys = [
            k for k, c in self._all.items() if k in with_points or _names(c) is not None
        ]
        self._hands = self._chosen([k for k in keys if k in used] or keys)

    @property
    def names(self) -> Names:
        """Names of the points, in the order of the first category of hands."""
        for key in self._hands:
            return self._names(key)
        return KEYPOINT_NAMES

    @property
    def skeleton(self) -> tuple[tuple[int, int], ...]:
        """Bones between these points, from 0; none if one is no pair of them."""
        for key in self._hands:
            return _bones(self._all[key].get("skeleton"), len(self._names(key)))
        return ()

    def names_of(self, annotation: Mapping[str, Any]) -> Names:
        """Return the names of an annotation's points, by its own category.

        Raises:
            RecordError: If the file has categories, but none of that id.
        """
        key = self._key(annotation)
        return self._names(key) if key in self._hands else self.names

    def side_of(self, annotation: Mapping[str, Any]) -> int:
        """Return 1 left, 0 right or -1 unknown, by the category's name."""
        return side_of_class(self._all.get(self._key(annotation), {}).get("name", ""))

    def has_hand(self, annotation: Any) -> bool:
        """Tell whether an annotation is of hands; what is broken is, to be refused.

        An annotation without labelled points, as tools write a box alone or a track
        that has left, is none.
        """
        if not isinstance(annotation, Mapping) or annotation.get("no_hand") is True:
            return True
        key = id_key(annotation.get("category_id"))
        if key in self._all and key not in self._hands:
            return False
        return not _is_box_alone(annotation)

    def _key(self, annotation: Mapping[str, Any]) -> str | None:
        category_id = annotation.get("category_id")
        key = id_key(category_id)
        if self._all and category_id is not None and key not in self._all:
            reason = f"no category has the id {category_id!r}"
            raise RecordError("bad_structure", reason)
        return key if key is not None or len(self._all) != 1 else next(iter(self._all))

    def _names(self, key: str | None) -> Names:
        return _names(self._all.get(key, {})) or KEYPOINT_NAMES

    def _used(self) -> tuple[set[str | None], set[str | None]]:
        """Return the categories that annotations name, and those with points."""
        used, with_points = set(), set()
        for _, annotation in self._coco.annotations():
            if isinstance(annotation, Mapping):
                key = id_key(annotation.get("category_id"))
                used.add(key)
                if annotation.get("keypoints"):
                    with_points.add(key)
        return used, with_points

    def _chosen(self, keys: Sequence[str | None]) -> list[str | None]:
        """Return the categories of hands among those with points."""
        counts = {key: len(self._names(key)) for key in keys}
        if len(set(counts.values())) < 2:
            return list(keys)
        hands = [key for key in keys if counts[key] == NUM_KEYPOINTS]
        hands = hands or [k for k in keys if "hand" in self._name(k).lower()]
        if len({counts[key] for key in hands}) == 1:
            return hands
        listed = ", ".join(f"{self._name(k)} {counts[k]}" for k in keys)
        raise FileError(
            self._coco.path,
            f"categories of different numbers of keypoints ({listed}), and none is told"
            " as the hand by its name; keep one",
        )

    def _name(self, key: str | None) -> str:
        return str(self._all.get(key, {}).get("name", key))


def _bones(values: Any, count: int) -> tuple[tuple[int, int], ...]:
    """Return COCO's bones, which count from 1."""
    bones = values if isinstance(values, list) else []
    places = range(1, count + 1)
    if not all(
        isinstance(bone, list)
        and len(bone) == 2
        and all(isinstance(end, int) and end in places for end in bone)
        for bone in bones
    ):
        return ()
    return tuple((a - 1, b - 1) for a, b in bones)


def _names(category: Mapping[str, Any]) -> Names | None:
    names = category.get("keypoints")
    return tuple(map(str, names)) if isinstance(names, list) and names else None


def _is_box_alone(annotation: Mapping[str, Any]) -> bool:
    points = annotation.get("keypoints")
    if points == []:
        return True
    try:
        flat = np.asarray(points, np.float64).ravel()
    except (TypeError, ValueError):
        return False
    is_empty = flat.size > 0 and not flat.any()
    is_told_empty = annotation.get("num_keypoints") == 0 and not flat[2::3].any()
    return is_empty or (is_told_empty and flat.size > 0)
