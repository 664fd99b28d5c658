"""PyTorch state dicts as plain arrays, read without running code."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from handypose_tf.errors import MissingExtraError, ModelError

StateDict = dict[str, NDArray]

#: What `torch.load` raises on other files: its unpickler takes any byte for an
#: instruction, so that a text may end as a `KeyError`.
_UNREADABLE = (
    *(pickle.UnpicklingError, RuntimeError, EOFError, OSError, ValueError),
    *(LookupError, AttributeError, TypeError, AssertionError, struct.error),
)


def read_state_dict(path: str | Path) -> StateDict:
    """Read a checkpoint's arrays by key.

    Accepts a bare state dict or one under the key `state_dict`, with or without
    `module.` before every key. `num_batches_tracked` counters are left out. Only
    tensors and plain containers are unpickled (`weights_only`).

    Raises:
        MissingExtraError: If torch is not installed.
        ModelError: If the file is missing, is no checkpoint or would run code.
    """
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError("torch", "torch", "read PyTorch files") from error
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise ModelError(f"{path}: no such file") from error
    except _UNREADABLE as error:
        raise ModelError(
            f"{path}: not a checkpoint of plain tensors ({_first_line(error)}). Save "
            "it again with torch.save(model.state_dict(), path)"
        ) from error
    return _arrays(content, path)


def _arrays(content: object, path: str | Path) -> StateDict:
    if isinstance(content, Mapping) and isinstance(content.get("state_dict"), Mapping):
        content = content["state_dict"]
    if not isinstance(content, Mapping) or not content:
        raise ModelError(f"{path}: holds no state dict, but {type(content).__name__}")
    arrays: StateDict = {}
    for key, tensor in content.items():
        if not isinstance(key, str) or not hasattr(tensor, "detach"):
            raise ModelError(f"{path}: {key} is no tensor, but {type(tensor).__name__}")
        if not key.endswith("num_batches_tracked"):
            array = tensor.detach().float().contiguous().numpy()
            arrays[key.removeprefix("module.")] = np.asarray(array)
    return arrays


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
