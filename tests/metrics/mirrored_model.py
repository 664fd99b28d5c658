"""Run by test_mirrored_model.py in a process of its own; prints JSON.

Trains and evaluates one small model on one device and on two, with the project's
losses and metrics, and gives the numpy metrics of the same predictions.
"""

from __future__ import annotations

import json

import numpy as np
import tensorflow as tf

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0],
    [tf.config.LogicalDeviceConfiguration()] * 2,
)

from tensorflow import keras  # noqa: E402

from handypose_tf.layers import DecodeHeatmaps  # noqa: E402
from handypose_tf.losses import WeightedHeatmapMSE  # noqa: E402
from handypose_tf.metrics import (  # noqa: E402
    AUC,
    EPE,
    PCK,
    auc,
    box_sizes,
    epe,
    pck,
    point_distances,
)

HANDS, POINTS, SIDE = 20, 5, 32

#: Evaluated in batches of 8, so the last has 3: unequal shares for two replicas.
EVALUATED = 19


def run(strategy: tf.distribute.Strategy) -> dict[str, object]:
    """Return loss curve, metrics of Keras, and metrics of numpy."""
    rng = np.random.default_rng(0)
    images = rng.uniform(0, 1, (HANDS, SIDE, SIDE, 3)).astype(np.float32)
    keypoints = rng.uniform(0, SIDE, (HANDS, POINTS, 2))
    visibility = rng.choice([0, 0.5, 1], (HANDS, POINTS))
    y_true = np.concatenate([keypoints, visibility[..., None]], -1).astype(np.float32)
    pairs = ({"image": images}, {"heatmaps": y_true})
    hands = tf.data.Dataset.from_tensor_slices(pairs)
    evaluated, trained = hands.take(EVALUATED).batch(8), hands.batch(10)
    with strategy.scope():
        model = build()
    history = model.fit(trained, epochs=3, shuffle=False, verbose=0).history["loss"]
    found = model.evaluate(evaluated, return_dict=True, verbose=0)
    decoded = DecodeHeatmaps("quarter", (SIDE, SIDE), stride=4)(
        build(model.get_weights()).predict(images[:EVALUATED], verbose=0)["heatmaps"]
    )
    truth, mask = y_true[:EVALUATED, :, :2], y_true[:EVALUATED, :, 2]
    distances = point_distances(decoded[..., :2] * SIDE - 0.5, truth)
    sizes = box_sizes(truth, mask)
    return {
        "loss": history,
        "keras": {name: float(found[name]) for name in ("pck", "epe", "auc")},
        "numpy": {
            "pck": float(pck(distances, mask, sizes=sizes, thresholds=(0.4,))[0]),
            "epe": float(epe(distances, mask)),
            "auc": float(auc(distances, mask)),
        },
    }


def build(weights: list[np.ndarray] | None = None) -> keras.Model:
    """Return a compiled model of one convolution, always the same at the start."""
    image = keras.Input((SIDE, SIDE, 3), name="image")
    heatmaps = keras.layers.Conv2D(POINTS, 8, 4, "same", name="head")(image)
    model = keras.Model({"image": image}, {"heatmaps": heatmaps})
    rng = np.random.default_rng(7)
    shapes = [weight.shape for weight in model.get_weights()]
    model.set_weights(weights or [rng.normal(0, 0.1, shape) for shape in shapes])
    decoder = DecodeHeatmaps("quarter", (SIDE, SIDE), stride=4)
    model.compile(
        optimizer=keras.optimizers.Adam(0.01),
        loss={"heatmaps": WeightedHeatmapMSE(stride=4, foreground_weight=1.0)},
        metrics={"heatmaps": [PCK(decoder, 0.4), EPE(decoder), AUC(decoder)]},
    )
    return model


def main() -> None:
    """Print the results of one device and of two."""
    devices = tf.config.list_logical_devices("CPU")
    mirrored = tf.distribute.MirroredStrategy([device.name for device in devices])
    results = {
        "keras": 3 if hasattr(keras, "version") else 2,
        "one": run(tf.distribute.get_strategy()),
        "two": run(mirrored),
        "replicas": mirrored.num_replicas_in_sync,
    }
    print(json.dumps(results))


if __name__ == "__main__":
    main()
