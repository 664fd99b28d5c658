"""Keras metrics for `model.compile` and `model.evaluate`.

PCK, EPE and AUC are means over visible points, `HandednessAccuracy` is one over hands.
All are held as two sums, so they aggregate exactly over batches and over the replicas
of a `tf.distribute` strategy. They pool points; the other averages are
`handypose_tf.metrics.keypoint_metrics`'.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from tensorflow import keras

from handypose_tf.checks import check_choice
from handypose_tf.geometry import CMU_CROP_SCALE
from handypose_tf.metrics.keypoint_metrics import (
    AUC_THRESHOLDS,
    NORMALIZERS,
)


class KeypointMetric(keras.metrics.Mean):
    """Mean over visible points of a value that depends on their distance to the truth.

    Args:
        decoder: Layer from heatmaps to `(batch, num_keypoints, 3)`, x and y in 0..1 of
            `decoder.image_size`, as `handypose_tf.layers.DecodeHeatmaps`. `None` where
            the model itself gives points in pixels.
        **kwargs: `name` and `dtype` of `keras.metrics.Metric`.

    Call arguments:
        y_true: `(batch, num_keypoints, 3)`: x and y in pixels of the network's input,
            and visibility; points at 0 are masked. A fourth channel, the same for all
            points of a hand, is the size that the normalisers `"annotation"` and
            `"head"` divide by, in the same pixels.
        y_pred: `(batch, height, width, num_keypoints)` heatmaps, or without a decoder
            `(batch, num_keypoints, 2 or more)` points in pixels of the input.
        sample_weight: `(batch,)` or `(batch, num_keypoints)`, optional.
    """

    def __init__(self, decoder: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.decoder = decoder

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Add a batch."""
        truth = tf.cast(y_true, tf.float32)
        distances = tf.norm(self._pixels(y_pred) - truth[..., :2], axis=-1)
        visible = truth[..., 2] > 0
        values, counts = self._values(distances, truth, visible)
        values = tf.where(counts, values, tf.zeros_like(values))
        weights = tf.cast(counts, tf.float32)
        if sample_weight is not None:
            sample_weight = tf.cast(sample_weight, tf.float32)
            weights *= tf.reshape(sample_weight, (tf.shape(weights)[0], -1))
        return super().update_state(values, sample_weight=weights)

    def _pixels(self, y_pred: Any) -> Any:
        """Return predicted points `(batch, num_keypoints, 2)` in input pixels."""
        if self.decoder is None:
            return tf.cast(y_pred, tf.float32)[..., :2]
        height, width = self.decoder.image_size
        size = tf.constant([width, height], tf.float32)
        return self.decoder(y_pred)[..., :2] * size - 0.5

    def _values(self, distances: Any, truth: Any, visible: Any) -> tuple[Any, Any]:
        """Return the value of every point and whether it counts."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        decoder = self.decoder and keras.layers.serialize(self.decoder)
        return {**super().get_config(), "decoder": decoder}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> KeypointMetric:
        """Make the metric and its decoder."""
        decoder = config["decoder"] and keras.layers.deserialize(config["decoder"])
        return cls(**{**config, "decoder": decoder})


@keras.utils.register_keras_serializable("handypose_tf")
class PCK(KeypointMetric):
    """Share of the visible points nearer than `threshold * size` to their truth.

    A hand whose size is 0 (a single visible point) has no scale and is masked.

    Args:
        decoder: See `KeypointMetric`.
        threshold: Fraction of the size; a distance equal to it is wrong.
        normalizer: What the size is: `"box"`, the longer side B of the tight box of
            the visible points; `"crop"`, 2.2 B; `"annotation"` or `"head"`, the fourth
            channel of `y_true`.
        name: Name of the metric.
        **kwargs: Arguments of `keras.metrics.Metric`.

    Examples:
        >>> metric = PCK(threshold=0.2)
        >>> _ = metric.update_state([[[0.0, 0, 1], [9, 0, 1]]], [[[0.0, 1], [9, 2]]])
        >>> float(metric.result())
        0.5
    """

    def __init__(
        self,
        decoder: Any = None,
        threshold: float = 0.2,
        *,
        normalizer: str = "box",
        name: str = "pck",
        **kwargs: Any,
    ) -> None:
        check_choice("normalizer", normalizer, NORMALIZERS)
        super().__init__(decoder, name=name, **kwargs)
        self.threshold = threshold
        self.normalizer = normalizer

    def _values(self, distances: Any, truth: Any, visible: Any) -> tuple[Any, Any]:
        size = self._sizes(truth, visible)[:, None]
        hits = tf.cast(distances < self.threshold * size, tf.float32)
        return hits, visible & (size > 0)

    def _sizes(self, truth: Any, visible: Any) -> Any:
        """Return what each hand's distances are divided by, `(batch,)` pixels."""
        if self.normalizer in ("annotation", "head"):
            if truth.shape[-1] != 4:
                raise ValueError(
                    f"The normaliser {self.normalizer!r} needs y_true with four "
                    f"channels: x, y, visibility, size. Received: {truth.shape}"
                )
            return tf.reduce_max(truth[..., 3], axis=-1)
        scale = CMU_CROP_SCALE if self.normalizer == "crop" else 1.0
        return scale * _box_sizes(truth[..., :2], visible)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "threshold": self.threshold,
            "normalizer": self.normalizer,
        }


@keras.utils.register_keras_serializable("handypose_tf")
class EPE(KeypointMetric):
    """Mean distance of the visible points to their truth, in pixels of the input.

    Args:
        decoder: See `KeypointMetric`.
        name: Name of the metric.
        **kwargs: Arguments of `keras.metrics.Metric`.
    """

    def __init__(self, decoder: Any = None, name: str = "epe", **kwargs: Any) -> None:
        super().__init__(decoder, name=name, **kwargs)

    def _values(self, distances: Any, truth: Any, visible: Any) -> tuple[Any, Any]:
        return distances, visible & tf.math.is_finite(distances)


@keras.utils.register_keras_serializable("handypose_tf")
class AUC(KeypointMetric):
    """Mean PCK over thresholds in pixels of the input.

    Args:
        decoder: See `KeypointMetric`.
        thresholds: Pixels; the field's 20 from 0 to 30 unless given.
        name: Name of the metric.
        **kwargs: Arguments of `keras.metrics.Metric`.
    """

    def __init__(
        self,
        decoder: Any = None,
        thresholds: Sequence[float] = AUC_THRESHOLDS,
        *,
        name: str = "auc",
        **kwargs: Any,
    ) -> None:
        super().__init__(decoder, name=name, **kwargs)
        self.thresholds = tuple(float(value) for value in thresholds)

    def _values(self, distances: Any, truth: Any, visible: Any) -> tuple[Any, Any]:
        below = distances[..., None] < tf.constant(self.thresholds, tf.float32)
        return tf.reduce_mean(tf.cast(below, tf.float32), axis=-1), visible

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "thresholds": self.thresholds}


@keras.utils.register_keras_serializable("handypose_tf")
class HandednessAccuracy(keras.metrics.Mean):
    """Share of the hands of known side that are told rightly.

    Args:
        name: Name of the metric.
        **kwargs: Arguments of `keras.metrics.Metric`.

    Call arguments:
        y_true: `(batch, 1)`: 1 left, 0 right, negative unknown, which is masked.
        y_pred: The logits of a left hand, one a hand in any shape.
        sample_weight: `(batch,)`, optional.
    """

    def __init__(self, name: str = "handedness", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Add a batch."""
        truth = tf.cast(tf.reshape(y_true, (-1,)), tf.float32)
        is_left = tf.cast(tf.reshape(y_pred, (-1,)) > 0, tf.float32)
        weights = tf.cast(truth >= 0, tf.float32)
        if sample_weight is not None:
            weights *= tf.reshape(tf.cast(sample_weight, tf.float32), (-1,))
        hits = tf.cast(is_left == truth, tf.float32)
        return super().update_state(hits, sample_weight=weights)


def _box_sizes(points: Any, visible: Any) -> Any:
    """Return the longer side of each tight box `(batch,)`; 0 if nothing is visible."""
    mask = visible[..., None]
    low = tf.reduce_min(tf.where(mask, points, points.dtype.max), axis=-2)
    high = tf.reduce_max(tf.where(mask, points, points.dtype.min), axis=-2)
    return tf.maximum(tf.reduce_max(high - low, axis=-1), 0.0)
