"""A `.tflite` file under LiteRT: numpy and LiteRT, no TensorFlow."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from handypose_tf.errors import ModelError
from handypose_tf.geometry import FloatArray
from handypose_tf.images import Image
from handypose_tf.model_metadata import ModelMetadata, read_metadata

#: More threads than this gain nothing on networks of this size.
_MOST_THREADS = 4

_INPUT, _KEYPOINTS, _HEATMAPS = "image", "keypoints", "heatmaps"
_INPUT_TYPES = (np.float32, np.uint8, np.int8)


class LiteRTModel:
    """Runs a `.tflite` file that `handypose export` wrote.

    The file has an input `image` `(1, height, width, 3)`, RGB 0..255 in float32 or
    quantised to 8 bits, an output `keypoints` `(1, num_keypoints, 3)` and possibly
    one `heatmaps`.

    Args:
        path: The file.
        num_threads: Threads to run on; by default all processors, at most four.

    Raises:
        ModelError: If the file lacks its metadata or disagrees with them.
    """

    def __init__(
        self, path: str | os.PathLike[str], num_threads: int | None = None
    ) -> None:
        """Read the metadata and load the network."""
        if num_threads is not None and num_threads < 1:
            raise ValueError(
                f"`num_threads` must be 1 or more. Received: {num_threads}"
            )
        self._metadata = read_metadata(path)
        self._runner = _load(
            path, num_threads or min(_count_processors(), _MOST_THREADS)
        )
        self._input = self._runner.get_input_details().get(_INPUT)
        self._outputs = self._runner.get_output_details()
        self._check(path)

    @property
    def metadata(self) -> ModelMetadata:
        """What the file says of itself."""
        return self._metadata

    def run(self, crops: Image) -> FloatArray:
        """Find the keypoints of `(n, height, width, 3)` crops; see `PoseModel`."""
        return self._run(crops, _KEYPOINTS)

    def run_heatmaps(self, crops: Image) -> FloatArray | None:
        """Return the heatmaps of crops, or `None` if the file does not give them."""
        return self._run(crops, _HEATMAPS) if _HEATMAPS in self._outputs else None

    def _run(self, crops: Image, output: str) -> FloatArray:
        shape = tuple(self._outputs[output]["shape"][1:])
        results = np.empty((len(crops), *shape), np.float32)
        for result, crop in zip(results, crops, strict=True):
            values = self._runner(**{_INPUT: _quantised(crop, self._input)[None]})
            result[:] = _real(values[output][0], self._outputs[output])
        return results

    def _check(self, path: str | os.PathLike[str]) -> None:
        """Compare the network's input and outputs with the metadata."""
        wanted: tuple[int, ...] = (1, *self._metadata.image_size, 3)
        if self._input is None or tuple(self._input["shape"]) != wanted:
            raise ModelError(
                f"{path}: needs an input {_INPUT!r} {wanted}; export it again"
            )
        if self._input["dtype"] not in _INPUT_TYPES:
            raise ModelError(
                f"{path}: input is {np.dtype(self._input['dtype'])}, not float32, "
                "uint8 or int8; export it again"
            )
        wanted = (1, self._metadata.num_keypoints, 3)
        output = self._outputs.get(_KEYPOINTS)
        if output is None or tuple(output["shape"]) != wanted:
            raise ModelError(
                f"{path}: needs an output {_KEYPOINTS!r} {wanted}; export it again"
            )


def _load(path: str | os.PathLike[str], num_threads: int) -> Any:
    try:
        interpreter = Interpreter(model_path=os.fspath(path), num_threads=num_threads)
        interpreter.allocate_tensors()
        return interpreter.get_signature_runner()
    except (ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ModelError(
            f"{path}: LiteRT cannot load it: {reason}; export it again"
        ) from error


def _count_processors() -> int:
    """Return the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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
