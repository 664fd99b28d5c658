"""Converting any data set to TFRecord shards.

The pictures are worked on in threads: OpenCV, files and checksums leave Python's lock
alone, no further process has to import TensorFlow, and a kill leaves no orphans. A
shard appears under its name only when it is whole, and the index is written after
each, so that the same command goes on where it was killed.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tensorflow as tf
from tqdm import tqdm

from handypose_tf import __version__
from handypose_tf.data.readers.base import Reader
from handypose_tf.data.sample import Record
from handypose_tf.data.shards.crop_record import Crop, cut_record
from handypose_tf.data.shards.example import write_example
from handypose_tf.data.shards.index import (
    INDEX_NAME,
    Shard,
    ShardIndex,
    load_index,
)
from handypose_tf.errors import DataError, OutputError
from handypose_tf.files import file_sha256
from handypose_tf.files.locks import held_folder

#: Records of a shard, unless a number of shards is asked for.
_SHARD_RECORDS = 1000

#: Encoded pictures that wait in memory to be written.
_WINDOW = 64


def write_records(
    reader: Reader,
    folder: str | os.PathLike[str],
    *,
    crop: Crop | None = None,
    num_shards: int | None = None,
    num_threads: int | None = None,
) -> ShardIndex:
    """Write a data set as TFRecord shards with an `index.json`.

    The bytes of the shards depend on data, options and package versions alone, not on
    the number of threads or on interruptions. Shards that an earlier call has written
    are kept if they are intact and their pictures' files are as they were; others are
    written again.

    Args:
        reader: The data; its `on_error` also rules pictures that cannot be decoded.
        folder: Where to write; made if need be.
        crop: Store crops of the hands as JPEG; the picture files as they are if `None`.
        num_shards: Shards of each split; one per 1,000 records if `None`.
        num_threads: Threads; one per core if `None`.

    Returns:
        The finished index.

    Raises:
        DataError: If the data cannot be read or are refused.
        OutputError: If the folder cannot be written, holds another conversion, or
            another run is writing there.
    """
    with held_folder(folder):
        return _write_records(reader, Path(folder), crop, num_shards, num_threads)


def _write_records(
    reader: Reader,
    folder: Path,
    crop: Crop | None,
    num_shards: int | None,
    num_threads: int | None,
) -> ShardIndex:
    parts = _split_into_shards(reader.records(), num_shards)
    index = _resume(folder, _plan(reader, parts, crop))
    bar = tqdm(total=sum(map(len, parts)), desc=str(folder), disable=None, delay=2)
    with bar, ThreadPoolExecutor(num_threads or os.cpu_count()) as pool:
        for number, records in enumerate(parts):
            shard = index.shards[number]
            pictures = _stamp(records)
            if shard.pictures != pictures or shard.fault(folder):
                results = _results(pool, records, crop)
                skip = reader.on_error == "skip"
                shard = _write_shard(folder, results, shard, skip=skip)
                index.shards[number] = replace(shard, pictures=pictures)
                index.save(folder)
            bar.update(len(records))
    index.complete = True
    index.save(folder)
    return index


def _encode(record: Record, crop: Crop | None) -> bytes | DataError:
    """Return a record as the bytes of an Example, or the reason why that cannot be."""
    try:
        if crop is None:
            return write_example(record, record.read_bytes())
        return write_example(*cut_record(record, crop))
    except DataError as error:
        return error


def _split_into_shards(
    records: Sequence[Record], num_shards: int | None
) -> list[list[Record]]:
    """Deal the records of each split, in order, into shards of nearly equal size."""
    splits: dict[str, list[Record]] = {}
    for record in records:
        splits.setdefault(record.split, []).append(record)
    parts = []
    for group in splits.values():
        count = num_shards or math.ceil(len(group) / _SHARD_RECORDS)
        edges = np.linspace(0, len(group), min(count, len(group)) + 1).astype(int)
        parts += [group[a:b] for a, b in pairwise(edges)]
    return parts


def _stamp(records: Iterable[Record]) -> str:
    """Return a checksum of the sizes and times of change of pictures' files."""
    digest = hashlib.sha256()
    for path in dict.fromkeys(record.image_path for record in records):
        try:
            status = os.stat(path)
        except OSError:  # is told when the picture is read
            continue
        digest.update(f"{status.st_size} {status.st_mtime_ns} ".encode())
    return digest.hexdigest()


def _plan(
    reader: Reader, parts: Sequence[Sequence[Record]], crop: Crop | None
) -> ShardIndex:
    """Return the index as it is before the first shard is written."""
    splits = [part[0].split for part in parts]
    totals, seen = Counter(splits), Counter[str]()
    shards = []
    for split in splits:
        name = f"{split or 'data'}-{seen[split]:05d}-of-{totals[split]:05d}.tfrecord"
        seen[split] += 1
        shards.append(Shard(name, split))
    versions = {
        "handypose_tf": __version__,
        "tensorflow": tf.__version__,
        "opencv": cv2.__version__,
    }
    rule = asdict(crop) if crop else None
    options = {"names": reader.keypoint_names, "crop": rule, "versions": versions}
    return ShardIndex(
        source=str(reader),
        fingerprint=_fingerprint(parts, options),
        keypoint_names=reader.keypoint_names,
        crop=rule,
        versions=versions,
        bad_records=dict(Counter(p.kind for p in reader.index().problems)),
        shards=shards,
    )


def _fingerprint(parts: Sequence[Sequence[Record]], options: dict[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(options, sort_keys=True).encode())
    for part in parts:
        digest.update(f"{len(part)} records".encode())
        for record in part:
            facts = [record.sample_id, record.split, record.is_left, record.head_size]
            facts += [record.image_id, record.annotation_id]
            digest.update(repr(facts).encode("utf-8", "surrogateescape"))
            for array in (record.keypoints, record.visibility, record.box):
                digest.update(array.tobytes())
            digest.update(record.mask)
    return digest.hexdigest()


def _resume(folder: Path, plan: ShardIndex) -> ShardIndex:
    """Return the index of an interrupted conversion in the folder, else the plan."""
    if not (folder / INDEX_NAME).exists():
        plan.save(folder)
        return plan
    index = load_index(folder)
    if index.fingerprint != plan.fingerprint:
        raise OutputError(
            f"{folder}: holds shards of {index.source} with other data, options or "
            "package versions; choose another folder or delete it"
        )
    index.complete = False
    return index


def _results(
    pool: Executor, records: Sequence[Record], crop: Crop | None
) -> Iterator[bytes | DataError]:
    """Encode records in the pool, in order, a bounded number ahead."""
    for start in range(0, len(records), _WINDOW):
        window = records[start : start + _WINDOW]
        yield from pool.map(_encode, window, [crop] * len(window))


def _write_shard(
    folder: Path, results: Iterable[bytes | DataError], shard: Shard, *, skip: bool
) -> Shard:
    """Write one shard beside its place, then rename it there; returns its facts."""
    part = folder / f".{shard.file}.part"
    done = Shard(shard.file, shard.split)
    try:
        with tf.io.TFRecordWriter(os.fsencode(part)) as writer:
            for result in results:
                if isinstance(result, bytes):
                    writer.write(result)
                    done.num_records += 1
                elif skip:
                    done.skipped.append(str(result))
                else:
                    raise result
        done.num_bytes, done.sha256 = part.stat().st_size, file_sha256(part)
        part.replace(folder / shard.file)
    except (OSError, tf.errors.OpError) as error:
        reason = getattr(error, "message", error)
        raise OutputError(f"{folder / shard.file}: cannot write: {reason}") from error
    finally:
        part.unlink(missing_ok=True)
    return done
