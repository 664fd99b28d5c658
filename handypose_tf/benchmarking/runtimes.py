"""One picture through a network, as often as asked: what the clock is held to."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from handypose_tf.errors import ModelError
from handypose_tf.litert.interpreter import open_interpreter

#: Runs the network once on an input that is already in place.
Run = Callable[[], Any]


def open_run(path: str | os.PathLike[str], num_threads: int) -> Run:
    """Load a `.tflite` or `.keras` file and return what runs it once.

    Raises:
        ModelError: If the file is neither or cannot be loaded.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".tflite":
        return litert_run(path, num_threads)
    if suffix == ".keras":
        return keras_run(path, num_threads)
    raise ModelError(f"{path}: not a model; give a .tflite or .keras file")


def litert_run(path: str | os.PathLike[str], num_threads: int) -> Run:
    """Load any `.tflite` file, this library's or another's, with noise for inputs."""
    interpreter = open_interpreter(path, num_threads)
    fill_inputs(interpreter)
    return interpreter.invoke


def fill_inputs(interpreter: Interpreter) -> None:
    """Put noise into pictures and zeros into what may be indices or sizes."""
    for details in interpreter.get_input_details():
        interpreter.set_tensor(details["index"], _noise(details))


def keras_run(path: str | os.PathLike[str], num_threads: int) -> Run:
    """Load a `.keras` file as TensorFlow's own graph, decoding and all.

    The number of threads holds for the whole process, and only before TensorFlow runs
    anything.
    """
    import tensorflow as tf

    from handypose_tf.models import load_model

    tf.config.threading.set_intra_op_parallelism_threads(num_threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    model = load_model(path)
    decoder = model.decoder()
    shape = (1, *model.image_size, 3)
    image = tf.constant(np.random.default_rng(0).uniform(0, 255, shape), tf.float32)

    @tf.function(input_signature=[tf.TensorSpec(shape, tf.float32)])
    def find(picture: tf.Tensor) -> tf.Tensor:
        return decoder(model(picture, training=False)[model.maps_name])

    return lambda: find(image).numpy()


def _noise(details: dict[str, Any]) -> NDArray:
    """Return an input's values: uniform noise if it is a picture or the like."""
    dtype, rng = np.dtype(details["dtype"]), np.random.default_rng(0)
    if dtype.kind not in "fiu" or dtype in (np.int32, np.int64):
        return np.zeros(details["shape"], dtype)
    if dtype.kind != "f":
        limits = np.iinfo(dtype)
        return rng.integers(limits.min, limits.max, details["shape"], dtype)
    return rng.uniform(0, 255, details["shape"]).astype(dtype)
