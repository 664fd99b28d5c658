"""Losses and metrics for each of a pose network's outputs, as `compile` takes them."""

from __future__ import annotations

from typing import Any

from tensorflow import keras

from handypose_tf.losses import CoordinateLoss, HandednessLoss, WeightedHeatmapMSE
from handypose_tf.metrics import AUC, EPE, PCK, HandednessAccuracy

#: What a head's cross-entropy counts beside the heatmaps' loss. Measured on a trained
#: lite0 with an untrained head for the side: at 1 its gradient in the backbone is 250
#: times the heatmaps', at 0.002 half.
HANDEDNESS_WEIGHT, PRESENCE_WEIGHT = 0.002, 0.005

#: What the Huber error of points by regression counts, in pixels.
POINTS_WEIGHT = 0.0003


def output_losses(
    model: Any,
    heatmaps: Any = None,
    *,
    handedness_weight: float = HANDEDNESS_WEIGHT,
    presence_weight: float = PRESENCE_WEIGHT,
    points_weight: float = POINTS_WEIGHT,
) -> dict[str, Any]:
    """Return the losses of a model's outputs and their weights.

    Args:
        model: A `HandyPose`.
        heatmaps: Loss of the heatmaps, if there are such.
        handedness_weight: Of the head for the side, if there is one.
        presence_weight: Of the head for presence, if there is one.
        points_weight: Of points by regression, if there are such.
    """
    losses: dict[str, Any] = {}
    weights: dict[str, float] = {}
    if model.has_heatmaps:
        losses["heatmaps"], weights["heatmaps"] = heatmaps, 1.0
    if model.has_handedness:
        losses["handedness"] = HandednessLoss()
        weights["handedness"] = handedness_weight
    if "points" in model.output:
        losses["points"] = CoordinateLoss(size=model.image_size)
        weights["points"] = points_weight
    if model.has_presence:
        losses["presence"] = keras.losses.BinaryCrossentropy(from_logits=True)
        weights["presence"] = presence_weight
    return {"loss": losses, "loss_weights": weights}


def output_metrics(model: Any) -> dict[str, Any]:
    """Return `pck` (box, 0.2), `epe`, `auc`, and what each head is measured by.

    That is `handedness` (accuracy) and `presence` (area under the curve).
    """
    decoder = model.decoder()
    figures = [PCK(decoder), EPE(decoder), AUC(decoder)]
    metrics: dict[str, Any] = {model.maps_name: figures}
    if model.has_handedness:
        metrics["handedness"] = [HandednessAccuracy()]
    if model.has_presence:
        metrics["presence"] = [keras.metrics.AUC(from_logits=True, name="presence")]
    return metrics


def compile_defaults(model: Any) -> dict[str, Any]:
    """Return what `compile` takes beside the optimiser; XLA is slow on a CPU."""
    loss = None
    if model.has_heatmaps:
        loss = WeightedHeatmapMSE(
            stride=model.stride,
            cell_offset=model.cell_offset,
            sigma=1.6,
            foreground_weight=9.0,
        )
    metrics = output_metrics(model)
    return {**output_losses(model, loss), "metrics": metrics, "jit_compile": False}
