"""`augment` as one operation of a `tf.data` pipeline.

OpenCV and numpy let go of Python's lock while they paint, so threads do not wait for
each other; what holds it, the decisions, takes .05 ms a plain sample (measured).
"""

from __future__ import annotations

import tensorflow as tf
from numpy.typing import NDArray

from handypose_tf.data.augment.augmentation import augment
from handypose_tf.data.augment.strengths import PLAIN, Augmentation
from handypose_tf.data.decode import Tensors

#: What `augment` looks at, where a sample has it.
_INPUTS = (
    *("image", "keypoints", "visibility", "box", "is_left"),
    *("mask", "background"),
)

_OUTPUTS = {
    "image": tf.uint8,
    "keypoints": tf.float32,
    "visibility": tf.float32,
    "is_left": tf.int8,
    "matrix": tf.float64,
}


def augment_in_graph(
    sample: Tensors,
    seed: tf.Tensor,
    *,
    image_size: tuple[int, int],
    crop_scale: float | None,
    strengths: Augmentation = PLAIN,
) -> Tensors:
    """Return what `augment` returns, as tensors, and the `sample_id`.

    Args:
        sample: As `data.decode.decode_entry` gives it, with `augment`'s optional keys.
        seed: `(any,)` int64.
        image_size: See `augment`.
        crop_scale: See `augment`.
        strengths: See `augment`.
    """
    names = [name for name in _INPUTS if name in sample]

    def work(numbers: NDArray, *values: NDArray) -> list[NDArray]:
        found = augment(
            dict(zip(names, values, strict=True)),
            numbers,
            image_size=image_size,
            crop_scale=crop_scale,
            strengths=strengths,
        )
        return [found[name] for name in _OUTPUTS]

    inputs = [seed, *(sample[name] for name in names)]
    results = tf.numpy_function(work, inputs, [*_OUTPUTS.values()], stateful=False)
    shapes = {name: sample[name].shape for name in _OUTPUTS if name in sample}
    shapes |= {"image": (*image_size, 3), "matrix": (3, 3)}
    changed = {
        name: tf.ensure_shape(result, shapes[name])
        for name, result in zip(_OUTPUTS, results, strict=True)
    }
    return {**changed, "sample_id": sample["sample_id"]}
