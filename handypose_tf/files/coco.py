"""Hands of pictures as a COCO-keypoints file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from handypose_tf.hand import BONES, KEYPOINT_NAMES, coco_category

Entry = Mapping[str, Any]


def coco_content(
    pictures: Iterable[tuple[Entry, Iterable[Entry]]],
    info: Entry | None = None,
    *,
    names: Sequence[str] = KEYPOINT_NAMES,
    skeleton: Sequence[Sequence[int]] = BONES,
) -> dict[str, Any]:
    """Return what a COCO file holds; pictures and hands without an `id` get one.

    Args:
        pictures: Each picture's entry, with `file_name`, `width` and `height`, and its
            hands' without `image_id` and `category_id`.
        info: Where the labels come from.
        names: Of the keypoints.
        skeleton: Pairs of keypoint indices from 0.
    """
    images: list[Entry] = []
    annotations: list[Entry] = []
    for picture, hands in pictures:
        images.append({"id": len(images), **picture})
        place = {"image_id": images[-1]["id"], "category_id": 1}
        annotations += [
            {"id": number, **place, **hand}
            for number, hand in enumerate(hands, start=len(annotations))
        ]
    return {
        **({} if info is None else {"info": dict(info)}),
        "images": images,
        "annotations": annotations,
        "categories": [coco_category(names, skeleton)],
    }
