"""TFRecord shards written by `handypose data convert`, with their `index.json`."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from handypose_tf.data.parsing import FileError
from handypose_tf.data.readers.base import Reader
from handypose_tf.data.readers.index import Entry
from handypose_tf.data.sample import Problem, Record
from handypose_tf.data.shards.index import INDEX_NAME, Shard, ShardIndex, load_index
from handypose_tf.errors import DataError

if TYPE_CHECKING:
    pass

#: Around the data of a TFRecord: length and its checksum before, a checksum behind.
_LENGTH = struct.Struct("<Q4x")
_TAIL_BYTES = 4


class TfrecordReader(Reader):
    """Reads shards of any converted data set, under that data set's splits.

    With `verify` each shard is compared with the SHA-256 in the index before the first
    sample; a corrupt or missing one is named as `corrupt_shard`, and refused or left
    out by `on_error`. Reading `records()` imports TensorFlow, unlike other readers.
    """

    format = "tfrecord"
    splits: ClassVar = {
        **{name: name for name in ("train", "val", "test")},
        **{f"synth{i}": f"synth{i}" for i in range(1, 5)},
    }

    @property
    def keypoint_names(self) -> tuple[str, ...]:
        """Names out of the index."""
        return self.shard_index.keypoint_names

    @property
    def num_records(self) -> int:
        """Number of samples in the usable shards."""
        return sum(shard.num_records for shard in self._usable())

    @cached_property
    def shard_index(self) -> ShardIndex:
        """The index of the folder.

        Raises:
            DataError: If it is missing, of another version, or not complete.
        """
        index = load_index(self.path)
        if not index.complete:
            reason = "the conversion was interrupted; run the same command again"
            raise FileError(self.path / INDEX_NAME, reason)
        return index

    def _scan(self) -> Iterator[Entry | Problem]:
        import handypose_tf.data.shards.example  # noqa: F401  (before the threads need it)

        for shard, fault in self._checked_shards:
            path = self.path / shard.file
            if fault is not None:
                yield Problem(str(path), "", fault, "corrupt_shard")
                continue
            for number, span in enumerate(_spans(path)):
                yield Entry(path, f"record {number}", shard.split, span)

    def _parse(self, entry: Entry) -> Record:
        from handypose_tf.data.shards.example import read_example

        offset, length = entry.value
        with entry.path.open("rb") as file:
            file.seek(offset)
            data = file.read(length)
        return read_example(data, str(entry.path), offset, entry.split)

    @cached_property
    def _checked_shards(self) -> list[tuple[Shard, str | None]]:
        """The shards of the wanted split, each with what is wrong with it."""
        shards = self.shard_index.shards
        wanted = [s for s in shards if self.split in (None, s.split)]
        if not wanted:
            known = ", ".join(sorted({s.split for s in shards})) or "none"
            raise DataError(f"{self.path}: no split {self.split!r}; it has: {known}")
        return [(s, s.fault(self.path, checksum=self.verify)) for s in wanted]

    def _usable(self) -> list[Shard]:
        """Return the intact shards; refuses corrupt ones as `on_error` says."""
        faults = [f"{s.file}: {fault}" for s, fault in self._checked_shards if fault]
        usable = [shard for shard, fault in self._checked_shards if fault is None]
        if faults and self.on_error == "fail":
            count = f"{len(faults)} of {len(self._checked_shards)}"
            raise DataError(
                f"{self}: {count} shards are corrupt; {faults[0]}; convert again or "
                "pass on_error skip"
            )
        if not any(shard.num_records for shard in usable):
            raise DataError(f"{self}: no sample in its shards")
        return usable


def _spans(path: Path) -> Iterator[tuple[int, int]]:
    """Walk a TFRecord file; gives offset and length of the data of each record."""
    offset, end = 0, path.stat().st_size
    with path.open("rb") as file:
        while offset < end:
            file.seek(offset)
            (length,) = _LENGTH.unpack(file.read(_LENGTH.size).ljust(_LENGTH.size))
            start = offset + _LENGTH.size
            yield start, min(length, max(end - start, 0))  # a damaged length is huge
            offset += _LENGTH.size + length + _TAIL_BYTES
