"""Predictions of many pictures as one whole COCO file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from handypose_tf.files import write_json
from handypose_tf.files.coco import coco_content
from handypose_tf.inference.hand_poses import HandPoses

_VISIBLE = 2


def write_coco_file(
    path: Path,
    pictures: Sequence[HandPoses],
    names: Sequence[str],
    skeleton: Sequence[Sequence[int]],
) -> Path:
    """Write images, annotations with a `score` each, and the category of a hand.

    pycocotools, labelling tools and `coco:FILE` read it. Where every picture's file is
    called by a number of its own, as COCO's are, that is its id.

    Args:
        path: Of the file. Pictures below its folder are named from there, others from
            the folder that they share (`--images` of the commands that read it).
        pictures: Each of a file of its own.
        names: Of the keypoints.
        skeleton: Pairs of keypoint indices.

    Raises:
        OutputError: If the file cannot be written.
    """
    files = [picture.path for picture in pictures if picture.path is not None]
    ids = _numbers(pictures)
    root = picture_root(path, files)
    images = (
        {
            "id": number,
            "file_name": Path(os.path.relpath(file, root)).as_posix(),
            "width": picture.width,
            "height": picture.height,
        }
        for number, file, picture in zip(ids, files, pictures, strict=True)
    )
    numbers = count(1)
    hands = (
        [
            {"id": next(numbers), **_annotation(hand, entry)}
            for hand, entry in zip(picture, picture.to_coco(number), strict=True)
        ]
        for number, picture in zip(ids, pictures, strict=True)
    )
    info = {"description": "predicted by handypose predict"}
    content = coco_content(
        zip(images, hands, strict=True), info, names=names, skeleton=skeleton
    )
    return write_json(path, content)


def picture_root(path: Path, files: Sequence[Path]) -> Path:
    """Return the folder that a COCO file names its pictures from."""
    own = Path(os.path.abspath(path)).parent
    folders = [Path(os.path.abspath(file)).parent for file in files]
    if all(folder.is_relative_to(own) for folder in folders):
        return own
    return Path(os.path.commonpath(folders))


def _numbers(pictures: Sequence[HandPoses]) -> list[int]:
    """Return the pictures' ids: what they are called, or their places from 1."""
    own = [number for each in pictures if (number := each.number) is not None]
    if len(set(own)) == len(pictures):
        return own
    return list(range(1, len(pictures) + 1))


def _annotation(hand: Any, entry: dict[str, Any]) -> dict[str, Any]:
    """Turn a result into an annotation: flags in place of the keypoints' scores."""
    keypoints = list(entry["keypoints"])
    keypoints[2::3] = [_VISIBLE] * len(hand.keypoints)
    width, height = entry["bbox"][2:]
    side = {} if hand.is_left is None else {"is_left": int(hand.is_left)}
    return {
        **entry,
        "keypoints": keypoints,
        "num_keypoints": len(hand.keypoints),
        "area": round(width * height, 3),
        "iscrowd": 0,
        **side,
    }
