"""The `index.json` beside TFRecord shards: what is in them, and proof that it still is.

No TensorFlow here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from handypose_tf.data.parsing import FileError, read_json
from handypose_tf.files import file_sha256, write_json

INDEX_NAME = "index.json"

_FORMAT = "handypose-tfrecord"
_VERSION = 1


@dataclass
class Shard:
    """One shard file.

    Attributes:
        file: Name of the file beside the index.
        split: Canonical split of its records; empty if the source has none.
        num_records: Records in it, once written.
        num_bytes: Size of the file, once written.
        sha256: Checksum of the file; empty until it is written.
        pictures: Checksum of the sizes and times of change of its pictures' files, as
            they were before it was written.
        skipped: A line for each record that was left out while writing.
    """

    file: str
    split: str
    num_records: int = 0
    num_bytes: int = 0
    sha256: str = ""
    pictures: str = ""
    skipped: list[str] = field(default_factory=list)

    def fault(self, folder: Path, *, checksum: bool = True) -> str | None:
        """Return what is wrong with the file on disk; `None` if it is as written.

        Args:
            folder: Folder of the index.
            checksum: Whether to read the whole file, not only its size.
        """
        path = folder / self.file
        if not path.is_file():
            return "the shard is missing"
        num_bytes = path.stat().st_size
        if num_bytes != self.num_bytes:
            return f"the shard has {num_bytes} bytes instead of {self.num_bytes}"
        if checksum and file_sha256(path) != self.sha256:
            return "the shard's SHA-256 is not that of the index"
        return None


@dataclass
class ShardIndex:
    """All shards of a conversion.

    Attributes:
        source: The data that were converted, as `FORMAT:PATH[:SPLIT]`.
        fingerprint: Checksum of the annotations and options that the shards are made
            from; a conversion goes on only with the same.
        keypoint_names: Names of the keypoints in order.
        crop: `scale` and `size` of the crops; `None` if the pictures are whole.
        versions: Versions of the packages that wrote the shards.
        bad_records: Records that the source's reader left out, by kind.
        shards: The shards in order.
        complete: Whether all shards are written.
    """

    source: str
    fingerprint: str
    keypoint_names: tuple[str, ...]
    crop: dict[str, float] | None
    versions: dict[str, str]
    bad_records: dict[str, int]
    shards: list[Shard]
    complete: bool = False

    def num_records(self) -> dict[str, int]:
        """Return the number of records in each split."""
        counts: Counter[str] = Counter()
        for shard in self.shards:
            counts[shard.split] += shard.num_records
        return dict(counts)

    def save(self, folder: Path) -> None:
        """Write the index; an old one is replaced at once or not at all.

        Raises:
            OutputError: If it cannot be written.
        """
        head = {"format": _FORMAT, "version": _VERSION}
        counts = {"num_records": self.num_records()}
        write_json(folder / INDEX_NAME, {**head, **counts, **asdict(self)})


def load_index(folder: Path) -> ShardIndex:
    """Read the index of a folder of shards.

    Raises:
        FileError: If it is missing, cut off or of another format or version.
    """
    path = folder / INDEX_NAME
    content = read_json(path)
    head = content if isinstance(content, Mapping) else {}
    if (head.get("format"), head.get("version")) != (_FORMAT, _VERSION):
        raise FileError(path, f"not an index of {_FORMAT} version {_VERSION}")
    try:
        return _index(dict(head))
    except (KeyError, TypeError) as error:
        raise FileError(path, f"a field is missing or unknown: {error}") from error


def _index(content: dict[str, Any]) -> ShardIndex:
    for name in ("format", "version", "num_records"):
        del content[name]
    content["shards"] = [Shard(**shard) for shard in content["shards"]]
    content["keypoint_names"] = tuple(content["keypoint_names"])
    return ShardIndex(**content)
