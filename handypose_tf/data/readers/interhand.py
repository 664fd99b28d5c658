"""InterHand2.6M: one or two hands before many calibrated cameras.

Layout: `annotations/SPLIT/InterHand2.6M_SPLIT_{data,camera,joint_3d}.json` (or the
first edition's `annotations/all/` ...) and `images/SPLIT/Capture.../...jpg` (Moon et
al., "InterHand2.6M: A Dataset and Baseline for 3D Interacting Hand Pose Estimation
from a Single RGB Image", ECCV 2020).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from handypose_tf.data.parsing import FileError, field, numbers, read_json
from handypose_tf.data.readers.base import Reader
from handypose_tf.data.readers.coco_file import CocoFile
from handypose_tf.data.readers.freihand import project
from handypose_tf.data.readers.index import Entry
from handypose_tf.data.sample import Problem, Record, RecordError, visible_box
from handypose_tf.errors import DataError
from handypose_tf.geometry import FloatArray
from handypose_tf.hand import INTERHAND_ORDER, NUM_KEYPOINTS

#: The hands in the order of the annotation: name and `is_left`.
_HANDS = (("right", 0), ("left", 1))

#: Folders of `annotations/` in which a split's files are looked for.
_EDITIONS = ("{split}", "all", "human_annot", "machine_annot")

#: What is read of each camera, with its shape.
_CAMERA_FIELDS = {"campos": (3,), "camrot": (3, 3), "focal": (2,), "princpt": (2,)}


class _Files(NamedTuple):
    """The three annotation files of a split, read."""

    coco: CocoFile
    cameras: Mapping[str, Any]
    joints: Mapping[str, Any]


class InterHandReader(Reader):
    """Reads InterHand2.6M: each hand that the annotation names, both where they touch.

    World points X become `R (X - t)` in the camera and pixels by focal length and
    principal point. A joint that is not `joint_valid` is not visible. The box is the
    annotation's for a single hand, and the tight box of the valid joints for each of
    two, since the annotation's holds both.
    """

    format = "interhand"
    splits: ClassVar = {"train": "train", "val": "val", "test": "test"}

    def _scan(self) -> Iterator[Entry | Problem]:
        found = [(split, self._folder(split)) for split in self._wanted_splits()]
        for split, folder in found:
            if folder is None:
                continue
            files = self._files(folder, split)
            for where, annotation in files.coco.annotations():
                for hand in _hands(annotation):
                    value = files, annotation, hand
                    place = f"{where}.{_HANDS[hand][0]}"
                    yield Entry(files.coco.path, place, split, value)
        if all(folder is None for _, folder in found):
            raise DataError(
                f"{self.path}: no InterHand2.6M_*_data.json in annotations/"
            )

    def _parse(self, entry: Entry) -> Record:
        files, annotation, hand = entry.value
        image = files.coco.image(annotation)
        picture = files.coco.picture(image)
        self._check_size(picture, field(image, "width"), field(image, "height"))
        part = slice(hand * NUM_KEYPOINTS, (hand + 1) * NUM_KEYPOINTS)
        valid = numbers(field(annotation, "joint_valid"), "joint_valid", 42, 1)
        visibility = valid[part, 0][list(INTERHAND_ORDER)]
        keypoints = _keypoints(files, image, part, visibility > 0)
        name, is_left = _HANDS[hand]
        return Record(
            f"{entry.split}/{field(image, 'file_name')}/{name}",
            str(picture),
            keypoints,
            visibility,
            _box(annotation, keypoints, visibility),
            is_left=is_left,
            split=entry.split,
            image_id=image["id"],
        )

    def _folder(self, split: str) -> Path | None:
        folders = [self.path / "annotations" / e.format(split=split) for e in _EDITIONS]
        name = f"InterHand2.6M_{split}_data.json"
        return next((folder for folder in folders if (folder / name).is_file()), None)

    def _files(self, folder: Path, split: str) -> _Files:
        images = (self.images or self.path / "images") / split
        paths = {
            what: folder / f"InterHand2.6M_{split}_{what}.json"
            for what in ("data", "camera", "joint_3d")
        }
        tables = [read_json(paths[what]) for what in ("camera", "joint_3d")]
        for what, table in zip(("camera", "joint_3d"), tables, strict=True):
            if not isinstance(table, dict):
                raise FileError(paths[what], "not an object of captures")
        return _Files(CocoFile(paths["data"], images), *tables)


def to_camera(
    points: FloatArray, rotation: FloatArray, position: FloatArray
) -> FloatArray:
    """Move world points `(n, 3)` into a camera's frame: `R (X - t)`."""
    return (points - position) @ rotation.T


def _camera_view(
    files: _Files, image: Mapping[str, Any]
) -> tuple[FloatArray, FloatArray]:
    """Return a picture's 42 joints in the camera's frame, and the camera's matrix."""
    capture, camera, frame = (
        str(field(image, name)) for name in ("capture", "camera", "frame_idx")
    )
    views = field(files.cameras, capture)
    position, rotation, focal, center = (
        numbers(field(field(views, name), camera), name, *shape)
        for name, shape in _CAMERA_FIELDS.items()
    )
    joints = field(field(field(files.joints, capture), frame), "world_coord")
    world = numbers(joints, "world_coord", 2 * NUM_KEYPOINTS, 3)
    matrix = np.array([[focal[0], 0, center[0]], [0, focal[1], center[1]], [0, 0, 1]])
    return to_camera(world, rotation, position), matrix


def _keypoints(
    files: _Files, image: Mapping[str, Any], part: slice, valid: NDArray[np.bool_]
) -> FloatArray:
    """Return one hand's joints in pixels; joints that are not valid lie at 0."""
    points, matrix = _camera_view(files, image)
    keypoints = np.zeros((NUM_KEYPOINTS, 2))
    keypoints[valid] = project(matrix, points[part][list(INTERHAND_ORDER)][valid])
    return keypoints


def _hands(annotation: Any) -> list[int]:
    """Return which hands an annotation names; what is none of them is refused later."""
    hand_type = annotation.get("hand_type") if isinstance(annotation, Mapping) else None
    return {"right": [0], "left": [1], "interacting": [0, 1]}.get(str(hand_type), [0])


def _box(
    annotation: Mapping[str, Any], keypoints: FloatArray, visibility: FloatArray
) -> FloatArray:
    hand_type = field(annotation, "hand_type")
    if hand_type == "interacting":
        return visible_box(keypoints, visibility)
    if hand_type not in ("right", "left"):
        raise RecordError("bad_structure", f"`hand_type` is {hand_type!r}")
    return numbers(field(annotation, "bbox"), "bbox", 4)
