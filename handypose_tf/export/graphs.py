"""A model's two halves as frozen functions of one picture: the network, the decoding.

They are converted apart and joined afterwards (`handypose_tf.litert.flatbuffer`): so a
quantiser never sees the decoding, which 8 bits would spoil.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple

import tensorflow as tf
from tensorflow import keras
from tensorflow.lite.python.convert import ConverterError
from tensorflow.python.framework.convert_to_constants import (
    convert_variables_to_constants_v2,
)

from handypose_tf.errors import ModelError
from handypose_tf.litert.flatbuffer import name_ends
from handypose_tf.models.described_model import DescribedModel

#: Outputs that beside heatmaps are for training alone, or for other people's files.
_LEFT_OUT = {"points", "depth"}


class Body(NamedTuple):
    """A model's network, ready to be converted.

    Attributes:
        function: Frozen, from `image` to raw outputs; batch 1.
        shapes: Of the outputs, by their names.
        name: What the model is called in errors.
    """

    function: Any
    shapes: dict[str, tuple[int, ...]]
    name: str


def model_body(
    model: DescribedModel, network: keras.Model, further: Collection[str] = ()
) -> Body:
    """Freeze the network of a model.

    Static shapes and constants for weights let the converter fuse atrous convolutions
    and batch norms.

    Args:
        model: Tells the picture's size.
        network: What computes the outputs: the model, or its quantisation-aware twin.
        further: Outputs that files of ours do without.
    """
    left_out = _LEFT_OUT - {model.maps_name, *further}
    names = [name for name in model.output if name not in left_out]
    function = frozen(
        lambda image: [network(image, training=False)[name] for name in names],
        tf.TensorSpec((1, *model.image_size, 3), tf.float32, "image"),
    )
    shapes = {name: (1, *model.output[name].shape[1:]) for name in names}
    return Body(function, shapes, model.name)


def body_flatbuffer(body: Body) -> bytes:
    """Convert a network to float32, with a signature."""
    content = convert(new_converter(body.function), body.name)
    return name_ends(content, "image", body.shapes)


def decoder_flatbuffer(model: DescribedModel) -> bytes:
    """Return the float32 model from raw maps to the result."""
    return head_flatbuffer(model, model.maps_name, model.decoder())


def chance_flatbuffer(model: DescribedModel, head: str) -> bytes:
    """Return the float32 model from the logit of a head to `(1, 1)`, the chance."""

    def decode(logit: Any) -> Any:
        return tf.sigmoid(tf.reshape(logit, (1, 1)))

    return head_flatbuffer(model, head, decode)


def world_flatbuffer(model: DescribedModel) -> bytes:
    """Return the float32 model from points in metres to `(1, num_keypoints, 3)`."""
    return head_flatbuffer(model, "world", lambda x: tf.reshape(x, (1, -1, 3)))


def head_flatbuffer(
    model: DescribedModel, names: str | Sequence[str], decode: Callable[..., Any]
) -> bytes:
    """Return the float32 model from raw outputs to what is made of them.

    Args:
        model: Tells the outputs' shapes.
        names: Of the output, or of several.
        decode: What makes it of them.
    """
    names = [names] if isinstance(names, str) else names
    specs = [
        tf.TensorSpec((1, *model.output[name].shape[1:]), tf.float32, name)
        for name in names
    ]
    return convert(new_converter(frozen(decode, *specs)), model.name)


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
    with refusals(name), quiet_converter():
        return converter.convert()


@contextlib.contextmanager
def refusals(name: str) -> Iterator[None]:
    """Turn what a converter or quantiser does not take into a `ModelError`.

    Args:
        name: What the model is called in it.
    """
    try:
        yield
    except (ConverterError, tf.errors.OpError, RuntimeError, ValueError) as error:
        raise ModelError(f"{name} cannot be converted: {_reason(error)}") from error


@contextlib.contextmanager
def quiet_converter() -> Iterator[None]:
    """Drop what the converter says of its own ways."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Statistics for quantized inputs")
        warnings.filterwarnings("ignore", r"\s*Warning: tf.lite.Interpreter is deprec")
        yield


def frozen(function: Callable[..., Any], *specs: tf.TensorSpec) -> Any:
    """Return a concrete function with constants for weights."""
    traced = tf.function(function, input_signature=specs)
    return convert_variables_to_constants_v2(traced.get_concrete_function())


def _reason(error: Exception) -> str:
    """Return the first line of an error that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
