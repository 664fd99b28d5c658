"""PyTorch state dicts as plain arrays, without running code, without PyTorch."""

from __future__ import annotations

import os
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from handypose_tf.errors import ModelError
from handypose_tf.files.file_kind import why_unreadable
from handypose_tf.weights.torch_file import Tensor, read_torch_file

StateDict = dict[str, NDArray]


def read_state_dict(path: str | os.PathLike[str]) -> StateDict:
    """Read a checkpoint's arrays by key.

    Accepts a bare state dict or one under the key `state_dict`, with or without
    `module.` before every key. `num_batches_tracked` counters are left out. Only
    tensors and plain containers are unpickled.

    Raises:
        ModelError: If the file is missing, is no checkpoint or would run code.
    """
    try:
        content = read_torch_file(path)
    except FileNotFoundError as error:
        raise ModelError(f"{path}: no such file") from error
    except OSError as error:
        raise ModelError(f"{path}: cannot read: {error.strerror or error}") from error
    except ValueError as error:
        told = why_unreadable(path)
        reason = f"not a checkpoint of plain tensors ({error})"
        if told is not None and "zip" not in told:  # as a checkpoint is
            raise ModelError(f"{path}: {told}") from error
        raise ModelError(
            f"{path}: {reason}. Save it again with torch.save(model.state_dict(), path)"
        ) from error
    return _arrays(content, path)


def _arrays(content: object, path: str | os.PathLike[str]) -> StateDict:
    if isinstance(content, Mapping) and isinstance(content.get("state_dict"), Mapping):
        content = content["state_dict"]
    if not isinstance(content, Mapping) or not content:
        raise ModelError(f"{path}: holds no state dict, but {type(content).__name__}")
    arrays: StateDict = {}
    for key, tensor in content.items():
        if not isinstance(key, str) or not isinstance(tensor, Tensor):
            raise ModelError(f"{path}: {key} is no tensor, but {type(tensor).__name__}")
        if not key.endswith("num_batches_tracked"):
            values = np.ascontiguousarray(tensor.array(), np.float32)
            arrays[key.removeprefix("module.")] = values
    return arrays
