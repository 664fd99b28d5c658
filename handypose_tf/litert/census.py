"""Which operations a `.tflite` file is made of, and which of them XNNPACK runs.

LiteRT alone is needed, no TensorFlow, so that any file can be counted: this library's,
one of MediaPipe's, or one of your own.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from handypose_tf.litert.interpreter import open_interpreter

#: A network's outputs are made by such; what follows them decodes.
_LAST_OF_BODY = ("CONV_2D", "FULLY_CONNECTED")

_DELEGATE = "DELEGATE"

#: Names of TensorFlow's own operations inside a file begin so; a phone lacks them.
_FLEX = "Flex"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation of a file.

    Attributes:
        name: Its kind, e.g. `"CONV_2D"`.
        in_body: Whether the raw outputs depend on it; the decoding does not count.
        partition: Index of the XNNPACK partition that runs it; `None` for LiteRT's own
            kernel.
    """

    name: str
    in_body: bool
    partition: int | None


@dataclass(frozen=True)
class OpCensus:
    """The operations of a file, in the order they run.

    Attributes:
        operations: All but the runtime's delegates.
    """

    operations: tuple[Operation, ...]

    @property
    def body(self) -> Counter[str]:
        """How often each kind occurs on the way from the picture to raw outputs."""
        return Counter(op.name for op in self.operations if op.in_body)

    @property
    def tail(self) -> Counter[str]:
        """How often each kind occurs in the decoding."""
        return Counter(op.name for op in self.operations if not op.in_body)

    @property
    def partitions(self) -> int:
        """Number of XNNPACK partitions of the whole file."""
        found = {op.partition for op in self.operations}
        return len(found - {None})

    @property
    def body_partitions(self) -> int:
        """Number of XNNPACK partitions that the body is split into."""
        found = {op.partition for op in self.operations if op.in_body}
        return len(found - {None})

    @property
    def body_not_delegated(self) -> Counter[str]:
        """Operations of the body that XNNPACK leaves to LiteRT's own kernels."""
        left = (op for op in self.operations if op.in_body and op.partition is None)
        return Counter(op.name for op in left)

    @property
    def flex(self) -> Counter[str]:
        """Operations that need TensorFlow's Flex delegate; a phone lacks it."""
        kinds = Counter(op.name for op in self.operations)
        return Counter({n: c for n, c in kinds.items() if n.startswith(_FLEX)})

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "body": dict(sorted(self.body.items())),
            "tail": dict(sorted(self.tail.items())),
            "partitions": self.partitions,
            "body_partitions": self.body_partitions,
            "body_not_delegated": dict(sorted(self.body_not_delegated.items())),
            "flex": dict(sorted(self.flex.items())),
        }


def op_census(path: str | os.PathLike[str]) -> OpCensus:
    """Count the operations of a `.tflite` file and ask XNNPACK which it takes.

    Raises:
        ModelError: If LiteRT cannot load the file.
    """
    plain = open_interpreter(path, 1, delegate=False)._get_ops_details()
    delegated = open_interpreter(path, 1)._get_ops_details()
    delegates = [op for op in delegated if op["op_name"] == _DELEGATE]
    partitions = _partitions(plain, delegates)
    body = _body(plain)
    return OpCensus(
        tuple(
            Operation(
                name=op["op_name"],
                in_body=op["index"] in body,
                partition=partitions.get(op["index"]),
            )
            for op in plain
        )
    )


def _body(operations: Sequence[Any]) -> set[int]:
    """Return the indices of the convolutions and all that they depend on.

    A file without convolutions is all body.
    """
    ends = [op for op in operations if op["op_name"] in _LAST_OF_BODY]
    if not ends:
        return {op["index"] for op in operations}
    return _upstream(operations, [t for op in ends for t in op["outputs"]], stop_at=())


def _partitions(operations: Sequence[Any], delegates: Sequence[Any]) -> dict[int, int]:
    """Return index of an operation -> index of the partition that took it over.

    A partition is what lies between the delegate's inputs and its outputs.
    """
    taken: dict[int, int] = {}
    for number, delegate in enumerate(delegates):
        inside = _upstream(operations, delegate["outputs"], delegate["inputs"])
        taken |= dict.fromkeys(inside, number)
    return taken


def _upstream(
    operations: Sequence[Any], tensors: Iterable[int], stop_at: Iterable[int]
) -> set[int]:
    """Return the indices of the operations that tensors are computed by."""
    makers = {int(t): op for op in operations for t in op["outputs"]}
    done = {int(tensor) for tensor in stop_at}
    waiting, found = [int(tensor) for tensor in tensors], set()
    while waiting:
        tensor = waiting.pop()
        if tensor in done or tensor not in makers:
            continue
        done.add(tensor)
        found.add(makers[tensor]["index"])
        waiting += [int(t) for t in makers[tensor]["inputs"]]
    return found
