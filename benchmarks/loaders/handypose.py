"""This library's pipeline over a folder in the NSRM layout: plain or augmented."""

from __future__ import annotations

import sys
from pathlib import Path

import tensorflow as tf
from process import serve

from handypose_tf.data import open_source
from handypose_tf.data.augment.strengths import PLAIN, STANDARD, Augmentation
from handypose_tf.data.pipeline import HandPipeline
from handypose_tf.losses import gaussian_heatmaps
from handypose_tf.losses.heatmap_targets import RELEASED_CUTOFF

SIZE = 368
STRIDE = 8
BATCH_SIZE = 8
SAMPLES = 200_000

#: `STANDARD` without what needs masks or backgrounds, which the peer does not know.
FULL = Augmentation(**(vars(STANDARD) | {"fill": 0.0, "background": 0.0}))


def pipeline(folder: Path, augmentation: Augmentation) -> HandPipeline:
    return HandPipeline(
        readers=[open_source(f"nsrm:{folder}")],
        image_size=(SIZE, SIZE),
        batch_size=BATCH_SIZE,
        crop_scale=None,
        augmentation=augmentation,
        samples_per_epoch=SAMPLES,
        num_threads=1,
    )


def released(
    image: tf.Tensor, truth: dict[str, tf.Tensor]
) -> tuple[tf.Tensor, tf.Tensor]:
    """Normalise and draw targets as the released code does."""
    targets = gaussian_heatmaps(
        truth["heatmaps"][..., :2],
        (SIZE // STRIDE, SIZE // STRIDE),
        stride=STRIDE,
        cell_offset=0.0,
        sigma=3.0,
        cutoff=RELEASED_CUTOFF,
        whole_pixels=True,
    )
    # One pass for (x - 128) / 256: from -0.5 for 0 to 127 / 256 for 255.
    levels = tf.bitcast(image, tf.quint8)
    return tf.quantization.dequantize(levels, -0.5, 127 / 256), targets


def main() -> None:
    folder, kind = Path(sys.argv[1]), sys.argv[2]
    batches = pipeline(folder, FULL if kind == "augmented" else PLAIN).batches(0)
    if kind == "plain":
        batches = batches.map(released, num_parallel_calls=1).prefetch(2)
    serve(iter(batches), BATCH_SIZE)


if __name__ == "__main__":
    main()
