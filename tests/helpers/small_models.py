"""Small models that the tests of several rooms build."""

from __future__ import annotations

import numpy as np
import tiny
from tensorflow import keras

tiny.add_backbone()

#: The paper's network, small: four convolutions, then parts of few channels.
SMALL = {
    "backbone": {"name": "tiny"},
    "waterfall": {"filters": 8, "reduction": 4},
    "decoder": {"filters": 8, "reduction": 4},
}

#: The same after a whole EfficientNet-Lite0, where that is the subject: it takes three
#: times as long to build and convert.
EFFICIENT = {**SMALL, "backbone": {"name": "efficientnet_lite0", "output_stride": 16}}


def scatter_weights(model: keras.Model, seed: int = 1) -> None:
    """Give every weight another value, above zero where a variance needs it."""
    rng = np.random.default_rng(seed)
    shapes = [weight.shape for weight in model.weights]
    model.set_weights([rng.uniform(0.02, 0.2, shape) for shape in shapes])


def heatmaps(model: keras.Model, seed: int = 0) -> np.ndarray:
    """Return the heatmaps of two noise pictures."""
    size = (2, *model.image_size, 3)
    pictures = np.random.default_rng(seed).uniform(0, 255, size).astype(np.float32)
    return np.asarray(model(pictures, training=False)["heatmaps"])


def my_backbone(side: int = 64) -> keras.Model:
    """Return somebody's own network with taps at strides 4, 8, 16 and 16."""
    image = keras.Input((side, side, 3))
    x = keras.layers.Rescaling(1 / 127.5, -1)(image)
    x, taps = keras.layers.Conv2D(4, 3, 2, "same")(x), []
    for filters in (6, 8, 10):
        x = keras.layers.Conv2D(filters, 3, 2, "same", activation="relu")(x)
        taps.append(keras.layers.BatchNormalization()(x))
    taps.append(keras.layers.Conv2D(12, 3, padding="same")(taps[-1]))
    return keras.Model(image, taps)
