"""One record as a `tf.train.Example`, and back.

Floats are stored as float32; the picture stays encoded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError

from handypose_tf.data.sample import Record, RecordError
from handypose_tf.images.header import PictureHeader


def write_example(record: Record, encoded: bytes) -> bytes:
    """Return a record and its encoded picture as the bytes of an Example.

    Raises:
        RecordError: If the size of the picture is not known.
    """
    header = record.header
    if header is None:
        reason = f"the size of {record.image_path} is not known; read it with `verify`"
        raise RecordError("bad_structure", reason)
    features = {
        "encoded": _bytes(encoded),
        "width": _integers(header.width),
        "height": _integers(header.height),
        "orientation": _integers(header.orientation),
        "has_alpha": _integers(int(header.has_alpha)),
        "keypoints": _floats(record.keypoints.ravel()),
        "visibility": _floats(record.visibility),
        "box": _floats(record.box),
        "is_left": _integers(record.is_left),
        "head_size": _floats([record.head_size]),
        "sample_id": _bytes(record.sample_id.encode("utf-8", "surrogateescape")),
        "mask": _bytes(record.mask),
        "ids": _bytes(json.dumps([record.image_id, record.annotation_id]).encode()),
    }
    example = tf.train.Example(features=tf.train.Features(feature=features))
    return example.SerializeToString(deterministic=True)


def read_example(data: bytes, path: str, offset: int, split: str) -> Record:
    """Turn the bytes of an Example into a record whose picture stays in its shard.

    Args:
        data: The Example.
        path: The shard.
        offset: Where `data` begins in the shard.
        split: Split of the shard.

    Raises:
        RecordError: If the bytes are no such Example.
    """
    try:
        feature = tf.train.Example.FromString(data).features.feature
        encoded = feature["encoded"].bytes_list.value[0]
        header = _header(feature)
        is_left = feature["is_left"].int64_list.value[0]
        head_size = feature["head_size"].float_list.value[0]
        sample_id = feature["sample_id"].bytes_list.value[0]
    except (IndexError, ValueError, DecodeError) as error:
        raise RecordError("bad_structure", "not an Example of ours") from error
    keypoints, visibility, box = (
        np.array(feature[name].float_list.value, np.float32)
        for name in ("keypoints", "visibility", "box")
    )
    return Record(
        sample_id.decode("utf-8", "surrogateescape"),
        path,
        keypoints.reshape(len(visibility), -1),
        visibility,
        box,
        is_left=is_left,
        head_size=head_size,
        split=split,
        span=(offset + data.find(encoded), len(encoded)),
        header=header,
        mask=b"".join(feature["mask"].bytes_list.value),
        **_ids(feature),
    )


def _ids(feature: Any) -> dict[str, int | str | None]:
    """Return the ids that the format gave; older shards have none."""
    names, values = ("image_id", "annotation_id"), feature["ids"].bytes_list.value
    return dict(zip(names, json.loads(values[0]), strict=True)) if values else {}


def _header(feature: Any) -> PictureHeader:
    width, height, orientation, has_alpha = (
        feature[name].int64_list.value[0]
        for name in ("width", "height", "orientation", "has_alpha")
    )
    return PictureHeader(width, height, orientation, bool(has_alpha))


def _bytes(value: bytes) -> tf.train.Feature:
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))


def _integers(value: int) -> tf.train.Feature:
    return tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))


def _floats(values: Iterable[float]) -> tf.train.Feature:
    return tf.train.Feature(float_list=tf.train.FloatList(value=values))
