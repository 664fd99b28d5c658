"""Waterfall and fusion in a model of your own: segmentation on MobileNetV2.

Trains for a few steps on generated pictures (a bright disc on noise) and prints the
intersection over union before and after.

    python examples/waterfall_in_your_model.py
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray
from tensorflow import keras

from handypose_tf.layers import (
    BilinearResize,
    MultiLevelFusion,
    MultiLevelWaterfall,
)

SIZE = 64


def build_model() -> keras.Model:
    """Return MobileNetV2 with a waterfall, a decoder and one mask as output."""
    backbone = keras.applications.MobileNetV2((SIZE, SIZE, 3), weights=None, alpha=0.35)
    taps = ("block_3_expand_relu", "block_6_expand_relu", "block_13_expand_relu")
    levels = [backbone.get_layer(name).output for name in taps]
    deepest = backbone.get_layer("out_relu").output
    slim = {"reduction": 16, "separable": True}
    x = MultiLevelWaterfall(32, rates=(1, 1, 1, 2), name="waterfall", **slim)(
        [*levels, deepest]
    )
    x = MultiLevelFusion(
        32, first_level="keep", dropout=(0.0, 0.0), name="decoder", **slim
    )([*levels, x])
    x = keras.layers.Conv2D(1, 1, name="logits")(x)
    x = BilinearResize(name="to_picture")([x, backbone.input])
    for layer in backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.8  # statistics must settle within a few steps here
    return keras.Model(backbone.input, x, name="waterfall_segmentation")


def make_pictures(count: int, seed: int) -> tuple[NDArray, NDArray]:
    """Return noisy pictures of one disc each, and the discs' masks."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:SIZE, :SIZE]
    center = rng.uniform(16, SIZE - 16, (count, 2, 1, 1))
    radius = rng.uniform(8, 15, (count, 1, 1))
    distance = np.hypot(columns - center[:, 0], rows - center[:, 1])
    masks = (distance < radius)[..., None].astype(np.float32)
    pictures = 0.6 * masks + rng.normal(0, 0.3, (count, SIZE, SIZE, 3))
    return pictures.astype(np.float32), masks


def intersection_over_union(model: keras.Model, x: NDArray, y: NDArray) -> float:
    """Return the masks' overlap over their union."""
    found = model.predict(x, verbose=0) > 0
    return float((found & (y > 0)).sum() / np.maximum((found | (y > 0)).sum(), 1))


def main() -> None:
    """Train and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=40)
    steps = parser.parse_args().steps
    keras.utils.set_random_seed(1)
    model = build_model()
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(3e-3), loss=loss, jit_compile=False)
    x, y = make_pictures(8 * steps, seed=1)
    test = make_pictures(64, seed=2)
    print(f"before: IoU {intersection_over_union(model, *test):.2f}")
    model.fit(x, y, batch_size=8, verbose=2)
    print(f"after {steps} steps: IoU {intersection_over_union(model, *test):.2f}")


if __name__ == "__main__":
    main()
