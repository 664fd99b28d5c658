"""The reference that every environment of DESIGN section 3 must reproduce.

`reference_keras3.keras` was written in environment A, `reference_keras2.keras` in C;
`reference.npz` holds A's heatmaps. To make them anew, run in A and then in C:

    python tests/environments/reference.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from tensorflow import keras

from handypose_tf.layers import SubtractMean
from handypose_tf.models import HandyPose, handypose, save_model

FOLDER = Path(__file__).parent
SIDE, BATCH = 64, 4
NAMES = ["wrist", "thumb", "index", "little", "palm"]
OVERRIDES = {
    "waterfall": {"filters": 12, "reduction": 4},
    "decoder": {"filters": 12, "reduction": 4},
}


def backbone() -> keras.Model:
    """Return a backbone of 10,000 weights: its factory crosses the generations."""
    image = keras.Input((SIDE, SIDE, 3), name="image")
    x = SubtractMean((127.0,) * 3, name="mean")(image)
    x, taps = _stack(x, 8, "stem"), []
    for i, filters in enumerate((8, 12, 16), start=1):
        x = _stack(x, filters, f"stage{i}")
        taps.append(x)
    x = keras.layers.DepthwiseConv2D(3, padding="same", name="deepest")(x)
    return keras.Model(image, [*taps, x], name="tiny")


def _stack(x: Any, filters: int, name: str) -> Any:
    x = keras.layers.Conv2D(filters, 3, 2, "same", use_bias=False, name=name)(x)
    x = keras.layers.BatchNormalization(name=f"{name}_norm")(x)
    return keras.layers.ReLU(6.0, name=f"{name}_relu6")(x)


def build() -> HandyPose:
    """Return the reference model with weights that numpy draws."""
    model = handypose(
        "handypose_lite0",
        backbone=backbone(),
        keypoint_names=NAMES,
        skeleton=[(0, 1), (0, 2), (0, 3)],
        overrides=OVERRIDES,
    )
    rng = np.random.default_rng(2022)
    for layer in model.layers:
        layer.set_weights([_draw(rng, w.shape) for w in layer.get_weights()])
    stem = model.get_layer("stem_norm")
    gamma, beta, mean, variance = stem.get_weights()
    stem.set_weights([gamma, beta, mean * 64, variance * 4096])
    return model


def _draw(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Kernels keep the size of what passes; vectors lie around 1, so do variances."""
    if len(shape) == 1:
        return rng.uniform(0.5, 1.5, shape)
    inputs = np.prod(shape[:2]) * (shape[2] if shape[3] > 1 else 1)
    return rng.normal(0, np.sqrt(2 / inputs), shape)


def pictures() -> np.ndarray:
    """Return the fixed batch, float32 in 0..255."""
    rng = np.random.default_rng(7)
    return rng.integers(0, 256, (BATCH, SIDE, SIDE, 3)).astype(np.float32)


def targets() -> np.ndarray:
    """Return the fixed batch's heatmaps to learn."""
    shape = (BATCH, SIDE // 4, SIDE // 4, len(NAMES))
    return np.random.default_rng(8).uniform(0, 1, shape).astype(np.float32)


def heatmaps(model: HandyPose, *, training: bool = False) -> np.ndarray:
    return np.asarray(model(pictures(), training=training)["heatmaps"])


def train_one_step(model: HandyPose, optimizer: Any) -> float:
    """Return the loss of one step on the fixed batch, before the step."""
    model.compile(optimizer=optimizer, loss={"heatmaps": "mse"})
    return float(model.train_on_batch(pictures(), {"heatmaps": targets()}))


def main() -> None:
    """Write this Keras generation's file, and the figures if it is Keras 3."""
    generation = "3" if hasattr(keras, "ops") else "2"
    model = build()
    save_model(model, FOLDER / f"reference_keras{generation}.keras")
    if generation == "3":
        before = heatmaps(model)
        loss = train_one_step(model, keras.optimizers.SGD(0.05))
        after = heatmaps(model, training=True)
        np.savez_compressed(
            FOLDER / "reference.npz", before=before, loss=loss, after=after
        )


if __name__ == "__main__":
    main()
