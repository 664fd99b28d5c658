"""Settings of a built model's layers: what is frozen, what is synchronised."""

from __future__ import annotations

from tensorflow import keras

from handypose_tf.backbones import build_backbone
from handypose_tf.backbones.taps import BLOCK_NAME
from handypose_tf.models.described_model import DescribedModel
from handypose_tf.models.description import Description
from handypose_tf.models.mediapipe_networks import whole_hand


def freeze_levels(model: DescribedModel, last: str) -> list[str]:
    """Freeze the backbone from the picture through a level, batch norms included.

    Args:
        model: A model on a named backbone.
        last: `"stem"`, `"level1"`, `"level2"`, `"level3"`, or `"deepest"`, all of it
            and, where the model has points, what they are read from.

    Returns:
        The names of the frozen layers.
    """
    names = _layers_through(model.description, last)
    frozen = [layer for layer in model.layers if layer.name in names]
    for layer in frozen:
        layer.trainable = False
    return [layer.name for layer in frozen]


def synchronize_batch_norms(model: keras.Model) -> None:
    """Let batch norms take their moments over all replicas of a strategy.

    The fused operation of Keras 2 knows one replica only, so it is switched off there.
    """
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = True
            if hasattr(layer, "fused"):
                layer.fused = False


def _layers_through(model: Description, last: str) -> set[str]:
    """Return the names of all layers that a level of a backbone is computed by."""
    image, spec = keras.Input((64, 64, 3)), model.backbone
    taps = build_backbone(image, spec.name, spec.output_stride)
    level = taps.level1 if last == "stem" else getattr(taps, last)
    if last == "deepest" and model.points:
        level = whole_hand(level)
    names = {layer.name for layer in keras.Model(image, level).layers}
    return {n for n in names if last != "stem" or not BLOCK_NAME.match(n)}
