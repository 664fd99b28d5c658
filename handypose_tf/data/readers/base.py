"""What all readers share: one pass over the annotations, the policy."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from tqdm import tqdm

from handypose_tf.checks import check_choice
from handypose_tf.data.credits import DataCredits
from handypose_tf.data.parsing import FileError
from handypose_tf.data.readers.headers import Headers
from handypose_tf.data.readers.index import Entry, Index, without_duplicates
from handypose_tf.data.sample import Problem, Record, RecordError
from handypose_tf.errors import DataError
from handypose_tf.hand import BONES, KEYPOINT_NAMES

OnError = Literal["fail", "skip"]

#: Annotations that a thread takes at once.
_CHUNK = 256

#: Files are waited for more than computed with: small ones over a network above all.
_THREADS = 16


class Reader(ABC):
    """Base of the readers: annotations to records.

    A reader indexes annotations on first use and looks at the header of every picture,
    without decoding any and without TensorFlow.

    Args:
        path: The data set as it comes unpacked from its site.
        split: `"train"`, `"val"`, `"test"` or the format's own name of it; all if
            `None`.
        on_error: `"fail"` refuses a data set with bad records, `"skip"` leaves them
            out; either way `index()` names them.
        images: Folder of the pictures, where it is not the format's own place.
        verify: Whether to look at each picture's header (or shard's checksum). Without
            it missing and broken pictures surface in training, and EXIF turning is not
            honoured.

    Raises:
        DataError: If the path or the split does not exist.
    """

    format: ClassVar[str]

    #: Canonical split -> the data set's own name for it.
    splits: ClassVar[Mapping[str, str]] = {}

    #: Endings that PATH may have where it can be a file and not a folder.
    file_suffixes: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        path: str | os.PathLike[str],
        split: str | None = None,
        *,
        on_error: OnError = "fail",
        images: str | os.PathLike[str] | None = None,
        verify: bool = True,
    ) -> None:
        check_choice("on_error", on_error, get_args(OnError))
        self.path = Path(path).expanduser()
        self.split = self.canonical_split(split)
        self.on_error = on_error
        self.images = None if images is None else Path(images).expanduser()
        self.verify = verify
        self._index: Index | None = None
        self._headers = Headers()
        self._check_path()

    @classmethod
    def canonical_split(cls, name: str | None) -> str | None:
        """Return `"train"`, `"val"`, `"test"` ... for a split's name or own name.

        Raises:
            DataError: If the format has no such split.
        """
        for split, own_name in cls.splits.items():
            if name in (split, own_name):
                return split
        if name is not None:
            known = ", ".join(cls.splits) or "none"
            raise DataError(f"{cls.format} has no split {name!r}; it has: {known}")
        return None

    @property
    def keypoint_names(self) -> tuple[str, ...]:
        """Names of the keypoints, in the order of the records."""
        return KEYPOINT_NAMES

    @property
    def skeleton(self) -> tuple[tuple[int, int], ...]:
        """Bones as pairs of places in `keypoint_names`; none where nobody says."""
        return BONES if self.keypoint_names == KEYPOINT_NAMES else ()

    @property
    def credits(self) -> DataCredits:
        """What the data set's files state of licences and of who labelled it."""
        return DataCredits()

    def index(self) -> Index:
        """Return usable records and problems, whatever the policy.

        Raises:
            DataError: If nothing can be read: the annotation file itself is missing,
                cut off or of another format.
        """
        if self._index is None:
            self._index = self._read()
        return self._index

    def records(self) -> tuple[Record, ...]:
        """Return the records in the data set's own order.

        Raises:
            DataError: If there is none, or a bad one and `on_error` is `"fail"`.
        """
        records, problems = self.index()
        if problems and self.on_error == "fail":
            raise DataError(self._refusal())
        if not records:
            raise DataError(f"{self}: no annotated hand found; {self._why_none()}")
        return records

    @property
    def num_records(self) -> int:
        """Number of samples."""
        return len(self.records())

    def _refusal(self) -> str:
        """Return the line with which a data set with bad records is refused."""
        records, problems = self.index()
        kinds = Counter(problem.kind for problem in problems)
        counts = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        return (
            f"{self}: {len(problems)} bad of {len(records) + len(problems)} records "
            f"({counts}); first: {problems[0]}; mend them or pass on_error skip"
        )

    def __str__(self) -> str:
        """Return the `FORMAT:PATH[:SPLIT]` that names the data."""
        tail = f":{self.split}" if self.split else ""
        return f"{self.format}:{self.path}{tail}"

    @abstractmethod
    def _scan(self) -> Iterator[Entry | Problem]:
        """Find the annotations of the wanted splits, in a fixed order."""

    @abstractmethod
    def _parse(self, entry: Entry) -> Record:
        """Read one annotation; raises `RecordError` or `FileError` if it is bad."""

    def _why_none(self) -> str:
        """Return the likely reason why data without a fault hold no hand."""
        return "is it the right folder?"

    def _wanted_splits(self) -> tuple[str, ...]:
        return (self.split,) if self.split else tuple(self.splits)

    def _folders(self) -> list[tuple[str, Path]]:
        """Return the wanted splits whose own folder exists under PATH."""
        named = [
            (split, self.path / self.splits[split]) for split in self._wanted_splits()
        ]
        found = [(split, folder) for split, folder in named if folder.is_dir()]
        if not found:
            wanted = " or ".join(f"{folder.name}/" for _, folder in named)
            raise DataError(
                f"{self.path}: no {wanted} in it; is it {self.format} data?"
            )
        return found

    def _check_size(self, path: Path, width: Any, height: Any) -> None:
        """Refuse a picture of another size than its annotation, if pictures count."""
        if self.verify:
            self._headers.check_size(path, width, height)

    def _read(self) -> Index:
        found = list(self._scan())
        chunks = [found[i : i + _CHUNK] for i in range(0, len(found), _CHUNK)]
        bar = tqdm(total=len(found), desc=str(self), disable=None, delay=2)
        results: list[Record | Problem] = []
        with bar, ThreadPoolExecutor(_THREADS) as pool:
            for part in pool.map(self._read_chunk, chunks):
                bar.update(len(part))
                results += part
        records = [result for result in results if isinstance(result, Record)]
        problems = [result for result in results if isinstance(result, Problem)]
        return without_duplicates(records, problems)

    def _read_chunk(self, found: Iterable[Entry | Problem]) -> list[Record | Problem]:
        with np.errstate(all="ignore"):  # what overflows is named by the record's check
            return [f if isinstance(f, Problem) else self._read_entry(f) for f in found]

    def _read_entry(self, entry: Entry) -> Record | Problem:
        try:
            record = self._parse(entry)
            if self.verify and record.header is None:
                record = replace(record, header=self._headers[Path(record.image_path)])
            return record
        except RecordError as error:
            return Problem(str(entry.path), entry.where, str(error), error.kind)
        except FileError as error:
            return Problem(str(error.path), "", error.reason, "broken_file")

    def _check_path(self) -> None:
        for path in filter(None, (self.path, self.images)):
            if not path.exists():
                known = f"; splits of {self.format}: {', '.join(self.splits)}"
                hint = known if path is self.path else " of pictures; check the path"
                raise DataError(f"{path}: no such file or folder{hint}")
        if self.path.is_file() and self.path.suffix.lower() not in self.file_suffixes:
            wanted = ", ".join(("a folder", *self.file_suffixes))
            raise DataError(
                f"{self.path}: {self.format} wants {wanted}; unpack archives first"
            )
