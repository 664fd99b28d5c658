"""Any `.tflite` file with our metadata under LiteRT: a picture in, named arrays out."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from handypose_tf.checks import check_least
from handypose_tf.errors import ModelError
from handypose_tf.geometry import FloatArray
from handypose_tf.images import Image
from handypose_tf.litert.interpreter import count_processors, open_interpreter
from handypose_tf.litert.metadata import ModelMetadata, read_metadata

#: More threads than this gain nothing on networks of this size.
_MOST_THREADS = 4

_INPUT = "image"
_INPUT_TYPES = (np.float32, np.uint8, np.int8)


class LiteRTNetwork:
    """Runs a `.tflite` file of this library.

    The file has an input `image` `(1, height, width, 3)`, RGB 0..255 in float32 or
    quantised to 8 bits, and outputs with names. Threads that share it take turns.

    Args:
        path: The file.
        num_threads: Threads to run on; by default all processors, at most four.
        kind: What the file must be, one of `handypose_tf.litert.metadata.KINDS`.

    Raises:
        ModelError: If the file lacks its metadata, disagrees with them, or is of
            another kind.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        num_threads: int | None = None,
        *,
        kind: str = "pose",
    ) -> None:
        if num_threads is not None:
            check_least("num_threads", num_threads, 1)
        self.path = path
        self._lock = threading.Lock()
        self.metadata: ModelMetadata = read_metadata(path)
        if self.metadata.kind != kind:
            raise ModelError(
                f"{path}: is a {self.metadata.kind} model; give a {kind} model"
            )
        threads = num_threads or min(count_processors(), _MOST_THREADS)
        self._runner = _signature(path, open_interpreter(path, threads))
        self._input = self._runner.get_input_details().get(_INPUT)
        self._outputs = self._runner.get_output_details()
        self._check_input()

    def output_shape(self, name: str) -> tuple[int, ...] | None:
        """Return an output's shape without the batch; `None` if there is none."""
        details = self._outputs.get(name)
        return details and tuple(int(side) for side in details["shape"][1:])

    def check_output(self, name: str, shape: tuple[int, ...]) -> None:
        """Refuse a file that has no output of this name and shape.

        Args:
            name: Name of the output.
            shape: What it must be, without the batch.
        """
        if self.output_shape(name) != shape:
            raise ModelError(
                f"{self.path}: needs an output {name!r} {(1, *shape)}; export it again"
            )

    def run(self, image: Image, name: str) -> FloatArray:
        """Return one output of one picture of the input's size, float32."""
        return self.run_several(image, [name])[0]

    def run_several(self, image: Image, names: Sequence[str]) -> list[FloatArray]:
        """Return several outputs of one run, in the order of their names, float32."""
        batch = _quantised(image, self._input)[None]
        with self._lock:
            values = self._runner(**{_INPUT: batch})
        return [_real(values[name][0], self._outputs[name]) for name in names]

    def _check_input(self) -> None:
        wanted: tuple[int, ...] = (1, *self.metadata.image_size, 3)
        if self._input is None or tuple(self._input["shape"]) != wanted:
            raise ModelError(
                f"{self.path}: needs an input {_INPUT!r} {wanted}; export it again"
            )
        if self._input["dtype"] not in _INPUT_TYPES:
            raise ModelError(
                f"{self.path}: input is {np.dtype(self._input['dtype'])}, not float32, "
                "uint8 or int8; export it again"
            )


def _signature(path: str | os.PathLike[str], interpreter: Interpreter) -> Any:
    """Return what runs a file's only signature."""
    try:
        return interpreter.get_signature_runner()
    except ValueError as error:
        count = len(interpreter.get_signature_list())
        raise ModelError(
            f"{path}: has {count} signatures, needs one; export it again"
        ) from error


def _quantised(crop: Image, details: dict[str, Any]) -> NDArray:
    """Turn 0..255 into the input's type by its scale and zero point."""
    dtype = details["dtype"]
    if dtype == np.float32:
        return crop.astype(np.float32)
    scale, zero_point = details["quantization"]
    limits = np.iinfo(dtype)
    steps = np.rint(crop.astype(np.float32) / (scale or 1)) + zero_point
    return np.clip(steps, limits.min, limits.max).astype(dtype)


def _real(values: NDArray, details: dict[str, Any]) -> FloatArray:
    """Turn an output into float32 by its scale and zero point."""
    scale, zero_point = details["quantization"]
    if np.issubdtype(values.dtype, np.floating) or not scale:
        return values.astype(np.float32)
    return (values.astype(np.float32) - zero_point) * np.float32(scale)
