"""Networks that train with the rounding of 8 bits in their forward pass.

tensorflow-model-optimization does it, under Keras 2 (`TF_USE_LEGACY_KERAS=1`) only. The
ranges of activations that such a network learns are kept in the model's description, so
that a fine-tuned model is a `.keras` file like any other.

References:
    Jacob et al., "Quantization and training of neural networks for efficient
    integer-arithmetic-only inference", CVPR 2018.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow import keras

from handypose_tf.errors import MissingExtraError, ModelError
from handypose_tf.layers import BilinearResize, PointMaps, SubtractMean
from handypose_tf.models.network import HandyPose

#: What tensorflow-model-optimization puts before the name of a layer that it wraps.
_WRAPPED = "quant_"

#: Name of the picture's range among those of the layers.
_PICTURE = "image"


def quantization_aware(model: HandyPose) -> keras.Model:
    """Return a network that computes as the model will in 8 bits.

    It starts with the model's weights and is trained in its place: its outputs have
    the names of the model's. `set_ranges` gives it ranges to start with, `take_weights`
    brings back what it has learnt.

    Args:
        model: A model whose layers are each used once, as in all presets but the
            released ones.

    Raises:
        MissingExtraError: If tensorflow-model-optimization or tf_keras is not
            installed.
        ModelError: If Keras is of another generation, or the model has layers that
            cannot be trained so.
    """
    if hasattr(keras, "ops"):
        raise ModelError(
            "quantisation-aware networks need Keras 2: set TF_USE_LEGACY_KERAS=1 "
            "before TensorFlow is imported, as `handypose train` does"
        )
    _refuse_shared_layers(model)
    toolkit = _toolkit()
    outputs = dict(model.output)
    flat = keras.Model(model.inputs, [*outputs.values()], name=model.name)
    configs = {
        SubtractMean: _output_config(toolkit, rounded=True),
        PointMaps: _output_config(toolkit, rounded=True),
        keras.layers.Multiply: _output_config(toolkit, rounded=True),
        BilinearResize: _output_config(toolkit, rounded=False),
    }
    scope = {kind.__name__: kind for kind in configs}
    scope |= {type(config).__name__: type(config) for config in configs.values()}
    try:
        with toolkit.quantize_scope(scope):
            annotated = keras.models.clone_model(
                flat, clone_function=lambda layer: _annotate(layer, toolkit, configs)
            )
            network = toolkit.quantize_apply(annotated)
    except (RuntimeError, ValueError) as error:
        raise ModelError(
            f"{model.name} cannot be trained quantisation-aware: {error}; use a preset "
            "as it is"
        ) from error
    named = zip(outputs, network.outputs, strict=True)
    return keras.Model(network.inputs, dict(named))


def set_ranges(network: keras.Model, model: HandyPose, images: NDArray) -> None:
    """Give a network the ranges that its float model has on some pictures.

    Without, every range begins at -6..6 and needs thousands of steps to come near.

    Args:
        network: From `quantization_aware`.
        model: The model it was made of.
        images: `(batch, height, width, 3)`, RGB in 0..255.
    """
    ends = _range_variables(network)
    names = [name for name in ends if name != _PICTURE]
    probe = keras.Model(model.inputs, [model.get_layer(n).output for n in names])
    found = probe.predict_on_batch(np.asarray(images, np.float32))
    # Integers hold 0 always: a range on one side of it would quantise to nothing.
    ranges = {
        name: (min(values.min(), 0.0), max(values.max(), 0.0))
        for name, values in zip(names, found, strict=True)
    }
    _assign_ranges(network, {**ranges, _PICTURE: (0.0, 255.0)})


def take_weights(model: HandyPose, network: keras.Model) -> None:
    """Put what a quantisation-aware network has learnt into its model.

    Args:
        model: The model it was made of, or one built the same.
        network: From `quantization_aware`.
    """
    for layer in _wrappers(network):
        learnt = {_variable_name(weight): weight.numpy() for weight in layer.weights}
        plain = model.get_layer(layer.name.removeprefix(_WRAPPED))
        plain.set_weights([learnt[_variable_name(w)] for w in plain.weights])
    ranges = {
        name: [float(end.numpy()) for end in ends]
        for name, ends in _range_variables(network).items()
    }
    model.describe(activation_ranges=ranges)


def restore(model: HandyPose) -> keras.Model:
    """Return the quantisation-aware network that a fine-tuned model came from.

    Raises:
        ModelError: If the model was not trained quantisation-aware; else as
            `quantization_aware`.
    """
    ranges = model.description.activation_ranges
    if not ranges:
        raise ModelError(
            f"{model.name} was not trained quantisation-aware; fine-tune it by "
            "`handypose train` with qat: true, or export it as int8"
        )
    network = quantization_aware(model)
    _assign_ranges(network, ranges)
    for layer in _wrappers(network):
        _set_kernel_range(layer)
    return network


def _toolkit() -> Any:
    # Importing it switches TensorFlow to tf_keras, also beside TensorFlow 2.15's own
    # Keras 2, which is gone then.
    if find_spec("tf_keras") is None:
        raise MissingExtraError("tf_keras", "keras2", "train quantisation-aware")
    try:
        from tensorflow_model_optimization.quantization import keras as toolkit
    except ImportError as error:
        raise MissingExtraError(
            "tensorflow-model-optimization", "keras2", "train quantisation-aware"
        ) from error
    return toolkit


def _output_config(toolkit: Any, rounded: bool) -> Any:
    """Return what is done to a layer without weights: its output is rounded or not.

    A resized map keeps the range of what it is made of, as LiteRT's operation does.
    """

    class OutputConfig(toolkit.QuantizeConfig):
        def get_weights_and_quantizers(self, layer: Any) -> list[Any]:
            return []

        def get_activations_and_quantizers(self, layer: Any) -> list[Any]:
            return []

        def set_quantize_weights(self, layer: Any, quantize_weights: Any) -> None:
            pass

        def set_quantize_activations(self, layer: Any, activations: Any) -> None:
            pass

        def get_output_quantizers(self, layer: Any) -> list[Any]:
            average = toolkit.quantizers.MovingAverageQuantizer
            options = {"per_axis": False, "symmetric": False, "narrow_range": False}
            return [average(num_bits=8, **options)] if rounded else []

        def get_config(self) -> dict[str, Any]:
            return {}

    OutputConfig.__name__ = "RoundedOutput" if rounded else "PlainOutput"
    return OutputConfig()


def _annotate(layer: Any, toolkit: Any, configs: dict[type, Any]) -> Any:
    if isinstance(layer, keras.layers.InputLayer):
        return layer
    return toolkit.quantize_annotate_layer(layer, configs.get(type(layer)))


def _refuse_shared_layers(model: HandyPose) -> None:
    shared = [layer.name for layer in model.layers if len(layer.inbound_nodes) > 1]
    if shared:
        raise ModelError(
            f"{model.name} uses {shared[0]} several times and cannot be trained "
            "quantisation-aware; use another preset than a released one"
        )


def _wrappers(network: keras.Model) -> list[Any]:
    return [layer for layer in network.layers if layer.name.startswith(_WRAPPED)]


def _range_variables(network: keras.Model) -> dict[str, tuple[Any, Any]]:
    """Return a layer's name -> the variables of its output's least and greatest."""
    found = {}
    for layer in network.layers:
        weights = {_variable_name(weight): weight for weight in layer.weights}
        # A dense layer's kernel has such ends too.
        least, greatest = (
            [w for n, w in weights.items() if n.endswith(end) and n[:-4] not in weights]
            for end in ("_min", "_max")
        )
        if least:
            is_wrapper = layer.name.startswith(_WRAPPED)
            name = layer.name.removeprefix(_WRAPPED) if is_wrapper else _PICTURE
            found[name] = (least[0], greatest[0])
    return found


def _assign_ranges(network: keras.Model, ranges: Mapping[str, Any]) -> None:
    for name, ends in _range_variables(network).items():
        for variable, value in zip(ends, ranges[name], strict=True):
            variable.assign(value)


def _set_kernel_range(layer: Any) -> None:
    """Set the range of a kernel, which training computes anew at every step.

    A convolution's kernel has a range a channel, that of a dense layer one.
    """
    weights = {_variable_name(weight): weight for weight in layer.weights}
    for name, kernel in weights.items():
        if f"{name}_min" in weights:
            is_dense = weights[f"{name}_min"].shape.rank == 0
            axes = None if is_dense else list(range(kernel.shape.rank - 1))
            highest = tf.reduce_max(tf.abs(kernel), axes)
            weights[f"{name}_min"].assign(-highest)
            weights[f"{name}_max"].assign(highest)


def _variable_name(variable: Any) -> str:
    """Return the last part of a variable's name, e.g. `"kernel"`."""
    return variable.name.rpartition("/")[2].partition(":")[0]
