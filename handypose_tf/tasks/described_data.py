"""What a run writes down of the data it is trained on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from handypose_tf.data.sample import Record


def describe_records(
    source: str, records: Sequence[Record], *, handedness: bool = False
) -> dict[str, Any]:
    """Return name, number of records and a checksum of a data set."""
    return {
        "source": source,
        "num_records": len(records),
        "sha256": _checksum(records, handedness),
    }


def _checksum(records: Iterable[Record], handedness: bool) -> str:
    """Return a SHA-256 over the names and the labels of all records, in order."""
    digest = hashlib.sha256()
    for record in records:
        digest.update(record.sample_id.encode("utf-8", "surrogateescape"))
        for values in (record.keypoints, record.visibility, record.box):
            digest.update(values.tobytes())
        if handedness:
            digest.update(str(record.is_left).encode())
    return digest.hexdigest()
