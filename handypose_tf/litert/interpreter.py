"""Any `.tflite` file opened in LiteRT, or a line that says why not."""

from __future__ import annotations

import os
from pathlib import Path

from ai_edge_litert.interpreter import Interpreter, OpResolverType

from handypose_tf.errors import ModelError
from handypose_tf.files.file_kind import why_unreadable
from handypose_tf.files.native_path import native_path


def open_interpreter(
    model: str | os.PathLike[str] | bytes,
    num_threads: int | None = None,
    *,
    delegate: bool = True,
    remedy: str = "export it again",
) -> Interpreter:
    """Load a file and make its tensors.

    Args:
        model: The file, or what is in it.
        num_threads: Threads to run on; LiteRT's own choice if `None`.
        delegate: Whether XNNPACK takes what it can; without it, every operation and
            tensor is as in the file.
        remedy: What to do about a file that cannot be loaded.

    Raises:
        ModelError: If the file is missing or LiteRT cannot load it.
    """
    name = "a network" if isinstance(model, bytes) else os.fspath(model)
    if not (isinstance(model, bytes) or Path(name).is_file()):
        raise ModelError(f"{name}: no such model file; check the path")
    plain = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    resolver = OpResolverType.AUTO if delegate else plain
    is_content = isinstance(model, bytes)
    try:
        with native_path(name) as path:
            interpreter = Interpreter(
                model_path=None if is_content else path,
                model_content=model if is_content else None,
                num_threads=num_threads,
                experimental_op_resolver_type=resolver,
            )
        interpreter.allocate_tensors()
    except (ValueError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0]
        reason = f"LiteRT cannot load it: {reason}; {remedy}"
        if not isinstance(model, bytes):
            reason = why_unreadable(model) or reason
        raise ModelError(f"{name}: {reason}") from error
    return interpreter


def count_processors() -> int:
    """Return the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
