"""A model's two halves as frozen functions of one picture: the network, the decoding.

They are converted apart and joined afterwards (`handypose_tf.litert.flatbuffer`): so a
quantiser never sees the decoding, which 8 bits would spoil.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import tensorflow as tf
from tensorflow import keras
from tensorflow.lite.python.convert import ConverterError
from tensorflow.python.framework.convert_to_constants import (
    convert_variables_to_constants_v2,
)

from handypose_tf.errors import ModelError
from handypose_tf.litert.flatbuffer import name_ends
from handypose_tf.models.described_model import DescribedModel

#: An output that beside heatmaps is for training alone.
_POINTS = "points"


def body_function(model: DescribedModel, network: keras.Model) -> Any:
    """Return the frozen concrete function from `image` to raw outputs, batch 1.

    Static shapes and constants for weights let the converter fuse atrous convolutions
    and batch norms.

    Args:
        model: Tells the picture's size.
        network: What computes them: the model, or its quantisation-aware twin.
    """
    return frozen(
        lambda image: [network(image, training=False)[n] for n in _exported(model)],
        tf.TensorSpec((1, *model.image_size, 3), tf.float32, "image"),
    )


def body_flatbuffer(function: Any, model: DescribedModel) -> bytes:
    """Convert the function of a model's network to float32, with a signature."""
    content = convert(new_converter(function), model.name)
    shapes = {name: (1, *model.output[name].shape[1:]) for name in _exported(model)}
    return name_ends(content, "image", shapes)


def _exported(model: DescribedModel) -> list[str]:
    """Return the names of the outputs that a file's results are made of."""
    return [
        name for name in model.output if name in {model.maps_name} or name != _POINTS
    ]


def decoder_flatbuffer(model: DescribedModel) -> bytes:
    """Return the float32 model from raw maps to the result."""
    return head_flatbuffer(model, model.maps_name, model.decoder())


def chance_flatbuffer(model: DescribedModel, head: str) -> bytes:
    """Return the float32 model from the logit of a head to `(1, 1)`, the chance."""

    def decode(logit: Any) -> Any:
        return tf.sigmoid(tf.reshape(logit, (1, 1)))

    return head_flatbuffer(model, head, decode)


def head_flatbuffer(
    model: DescribedModel, name: str, decode: Callable[[Any], Any]
) -> bytes:
    """Return the float32 model from a raw output to what is made of it.

    Args:
        model: Tells the output's shape.
        name: Of the output.
        decode: What makes it.
    """
    spec = tf.TensorSpec((1, *model.output[name].shape[1:]), tf.float32, name)
    return convert(new_converter(frozen(decode, spec)), model.name)


def new_converter(function: Any) -> tf.lite.TFLiteConverter:
    """Return TensorFlow's converter for a frozen concrete function."""
    owner = tf.Module()
    owner.function = function
    return tf.lite.TFLiteConverter.from_concrete_functions([function], owner)


def convert(converter: tf.lite.TFLiteConverter, name: str) -> bytes:
    """Run a converter.

    Args:
        converter: From `new_converter`.
        name: What the model is called in errors.

    Raises:
        ModelError: If it refuses the model, e.g. for an operation LiteRT lacks.
    """
    try:
        with quiet_converter():
            return converter.convert()
    except (ConverterError, tf.errors.OpError, RuntimeError, ValueError) as error:
        raise ModelError(f"{name} cannot be converted: {_reason(error)}") from error


@contextlib.contextmanager
def quiet_converter() -> Iterator[None]:
    """Drop what the converter says of its own ways."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Statistics for quantized inputs")
        warnings.filterwarnings("ignore", r"\s*Warning: tf.lite.Interpreter is deprec")
        yield


def frozen(function: Callable[[Any], Any], spec: tf.TensorSpec) -> Any:
    """Return a concrete function with constants for weights."""
    traced = tf.function(function, input_signature=[spec])
    return convert_variables_to_constants_v2(traced.get_concrete_function())


def _reason(error: Exception) -> str:
    """Return the first line of an error that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
