"""From records to a `tf.data.Dataset` of samples, decoded by TensorFlow's own ops.

An entry is a sample whose picture is still in its file, or in a span of a shard.
Pictures come out as `images.read_image` gives them to everybody else: turned as EXIF
says, transparency over white.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from handypose_tf.data.sample import Record
from handypose_tf.images.orientation import MIRRORED_X, MIRRORED_Y, TRANSPOSED

Tensors = dict[str, tf.Tensor]

#: What an entry and a sample have in common.
LABELS = ("keypoints", "visibility", "box", "is_left", "sample_id", "head_size")


def entry_dataset(records: Sequence[Record]) -> tf.data.Dataset:
    """Return a data set of entries: labels, path and what its header said."""
    headers = [record.header for record in records]
    orientations = [header.orientation if header else 1 for header in headers]
    alpha = [header.has_alpha if header else False for header in headers]
    columns = {
        "path": [os.fsencode(record.image_path) for record in records],
        "span": np.array([_span(record) for record in records], np.int64),
        "orientation": np.array(orientations, np.int32),
        "has_alpha": np.array(alpha, bool),
        "keypoints": np.stack([record.keypoints for record in records]),
        "visibility": np.stack([record.visibility for record in records]),
        "box": np.stack([record.box for record in records]),
        "is_left": np.array([record.is_left for record in records], np.int8),
        "sample_id": [record.sample_id for record in records],
        "head_size": np.array([record.head_size for record in records], np.float32),
    }
    return tf.data.Dataset.from_tensor_slices(columns)


def decode_entry(entry: Tensors, *, context: float | None = None) -> Tensors:
    """Turn one entry into a sample: read, decode, turn upright.

    Args:
        entry: Element of `entry_dataset`, after any shuffling or sharding. A key
            `mask`, PNG or empty, becomes the sample's: without one, all is hand.
        context: Keep only this multiple of the box's longer side around the hand, in
            whole pixels, so that large photos are not carried along; all if `None`.

    Returns:
        `image` uint8 `(height, width, 3)` RGB, `keypoints` float32 `(num_keypoints,
        2)` pixels, `visibility` float32 `(num_keypoints,)`, `box` float32 `(4,)`,
        `is_left` int8, `sample_id` string, `head_size` float32.
    """
    sample = {name: entry[name] for name in LABELS}
    encoded = _read(entry["path"], entry["span"])
    if context is None or "mask" in entry:
        sample["image"] = _decode_upright(encoded, entry)
        if "mask" in entry:
            sample["mask"] = _decode_mask(entry["mask"], sample["image"])
        return sample if context is None else cut_context(sample, context)
    image, window = tf.cond(
        tf.io.is_jpeg(encoded) & tf.equal(entry["orientation"], 1),
        lambda: _decode_window(encoded, entry["box"], context),
        lambda: _decode_and_cut(encoded, entry, context),
    )
    return _moved({**sample, "image": image}, window[1::-1])


def cut_context(sample: Tensors, context: float) -> Tensors:
    """Cut a sample down to the surroundings of its hand, in whole pixels.

    Args:
        sample: A sample with its picture.
        context: Side of what is kept over the longer side of the box. The box stays
            whole or partly outside the picture, as it was.
    """
    window = _window(tf.shape(sample["image"]), sample["box"], context)
    pictures: Tensors = {}
    for name in ("image", "mask"):
        if name in sample:
            pictures[name] = _cut(sample[name], window)
    return _moved({**sample, **pictures}, window[1::-1])


def _window(shape: tf.Tensor, box: tf.Tensor, context: float) -> tf.Tensor:
    """Return top, left, height and width of what is kept of a picture."""
    size = tf.cast(shape[1::-1], tf.float32)
    half = context * tf.reduce_max(box[2:]) / 2
    center = box[:2] + box[2:] / 2
    low = tf.clip_by_value(tf.floor(center - half), 0, size - 1)
    high = tf.clip_by_value(tf.math.ceil(center + half) + 1, low + 1, size)
    return tf.cast(tf.concat([low[::-1], (high - low)[::-1]], axis=0), tf.int32)


def _moved(sample: Tensors, low: tf.Tensor) -> Tensors:
    """Return a sample whose picture now begins at the pixel `low`, x and y."""
    offset = tf.cast(low, tf.float32)
    box = tf.concat([sample["box"][:2] - offset, sample["box"][2:]], axis=0)
    return {**sample, "keypoints": sample["keypoints"] - offset, "box": box}


def _decode_window(
    encoded: tf.Tensor, box: tf.Tensor, context: float
) -> tuple[tf.Tensor, tf.Tensor]:
    """Decode the surroundings of a hand alone; returns their window too."""
    window = _window(tf.image.extract_jpeg_shape(encoded), box, context)
    image = tf.io.decode_and_crop_jpeg(
        encoded, window, channels=3, dct_method="INTEGER_ACCURATE"
    )
    return image, window


def _decode_and_cut(
    encoded: tf.Tensor, entry: Tensors, context: float
) -> tuple[tf.Tensor, tf.Tensor]:
    """Decode a whole picture and cut; returns the window too."""
    image = _decode_upright(encoded, entry)
    window = _window(tf.shape(image), entry["box"], context)
    return _cut(image, window), window


def _cut(picture: tf.Tensor, window: tf.Tensor) -> tf.Tensor:
    top, left, height, width = tf.unstack(window)
    return picture[top : top + height, left : left + width]


def _decode_upright(encoded: tf.Tensor, entry: Tensors) -> tf.Tensor:
    """Decode a whole picture and turn it as it was meant to be seen."""
    image = tf.cond(
        entry["has_alpha"], lambda: _over_white(encoded), lambda: _decode(encoded)
    )
    return _upright(image, entry["orientation"])


def _decode(encoded: tf.Tensor) -> tf.Tensor:
    """Decode a JPEG or a PNG, which the same op does.

    The accurate transform gives OpenCV's pixels; TensorFlow's default differs by up to
    22 levels and was not faster (measured).
    """
    return tf.io.decode_jpeg(encoded, channels=3, dct_method="INTEGER_ACCURATE")


def _decode_mask(encoded: tf.Tensor, image: tf.Tensor) -> tf.Tensor:
    """Decode a mask `(height, width, 1)`."""
    shape = tf.concat([tf.shape(image)[:2], [1]], axis=0)
    mask = tf.cond(
        tf.strings.length(encoded) > 0,
        lambda: tf.io.decode_png(encoded, channels=1),
        lambda: tf.fill(shape, tf.constant(255, tf.uint8)),
    )
    return tf.ensure_shape(mask, (None, None, 1))


def _over_white(encoded: tf.Tensor) -> tf.Tensor:
    """Decode a PNG with transparency and lay it over white."""
    image = tf.cast(tf.io.decode_png(encoded, channels=4), tf.int32)
    color, alpha = image[..., :3], image[..., 3:]
    return tf.cast((color * alpha + 255 * (255 - alpha) + 127) // 255, tf.uint8)


def _upright(image: tf.Tensor, orientation: tf.Tensor) -> tf.Tensor:
    """Turn and mirror a picture as its EXIF orientation says."""

    def is_one_of(orientations: tuple[int, ...]) -> tf.Tensor:
        return tf.reduce_any(tf.equal(orientation, orientations))

    def turned() -> tf.Tensor:
        upright = tf.cond(
            is_one_of(TRANSPOSED),
            lambda: tf.transpose(image, (1, 0, 2)),
            lambda: image,
        )
        step_y = tf.where(is_one_of(MIRRORED_Y), -1, 1)
        step_x = tf.where(is_one_of(MIRRORED_X), -1, 1)
        return upright[::step_y, ::step_x]

    upright = tf.cond(tf.equal(orientation, 1), lambda: image, turned)
    return tf.ensure_shape(upright, (None, None, 3))


def _span(record: Record) -> tuple[int, int, int]:
    """Return offset and length of the picture in its file, and what follows it.

    All are 0 where the file is the picture.
    """
    if record.span is None:
        return 0, 0, 0
    offset, length = record.span
    return offset, length, os.path.getsize(record.image_path) - offset - length


def _read(path: tf.Tensor, span: tf.Tensor) -> tf.Tensor:
    """Read a picture's bytes: a file, or a span inside a shard."""

    def read_span() -> tf.Tensor:
        part = tf.data.FixedLengthRecordDataset(
            path, span[1], span[0], span[2], buffer_size=span[1]
        )
        return part.get_single_element()

    return tf.cond(span[1] > 0, read_span, lambda: tf.io.read_file(path))
