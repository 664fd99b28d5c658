"""File patterns in, one result a picture out; what cannot be used goes aside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import apache_beam as beam
from apache_beam.io.filesystem import BeamIOError, FileMetadata
from apache_beam.io.filesystems import FileSystems
from apache_beam.metrics import Metrics

from handypose_tf.errors import DataError
from handypose_tf.images import Image, decode_image

#: Namespace of the counters `pictures`, `hands` and `errors`.
METRICS = "handypose_tf"

_RESULTS, _ERRORS = "results", "errors"

#: From a file and its picture, `uint8` RGB, to its result.
Look = Callable[[FileMetadata, Image], dict[str, Any]]


class PictureResults(NamedTuple):
    """What a transform gives.

    Attributes:
        results: One dict a picture that could be read.
        errors: `{"image": path or pattern, "reason": text}` for each that could not.
    """

    results: beam.PCollection
    errors: beam.PCollection


class PictureTransform(beam.PTransform):
    """Applies a function to every picture that patterns match.

    Args:
        open_look: Called once a worker, there to open models; returns what makes a
            picture's result, a dict with its `hands`.
    """

    def __init__(self, open_look: Callable[[], Look]) -> None:
        super().__init__()
        self._open_look = open_look

    def expand(self, patterns: beam.PCollection) -> PictureResults:
        """Match, spread the files over the workers, read and look."""
        files = patterns | "Match" >> _with_errors(_Match())
        spread = files[_RESULTS] | "Spread" >> beam.Reshuffle()
        found = spread | "Look" >> _with_errors(_Look(self._open_look))
        errors = (files[_ERRORS], found[_ERRORS]) | "Errors" >> beam.Flatten()
        return PictureResults(found[_RESULTS], errors)


class _Match(beam.DoFn):
    """Gives the files of a pattern; a pattern without any is an error."""

    def __init__(self) -> None:
        self._num_errors = Metrics.counter(METRICS, "errors")

    def process(self, pattern: str) -> Iterator[Any]:
        try:
            [match] = FileSystems.match([pattern])
        except (BeamIOError, ValueError) as error:
            self._num_errors.inc()
            yield _error(pattern, error)
            return
        yield from match.metadata_list
        if not match.metadata_list:
            self._num_errors.inc()
            yield _error(pattern, "no file matches; check the path or pattern")


class _Look(beam.DoFn):
    """Gives the result of each file, or an error that says why there is none."""

    def __init__(self, open_look: Callable[[], Look]) -> None:
        self._open_look = open_look
        self._num_pictures = Metrics.counter(METRICS, "pictures")
        self._num_hands = Metrics.counter(METRICS, "hands")
        self._num_errors = Metrics.counter(METRICS, "errors")

    def setup(self) -> None:
        self._look = self._open_look()

    def process(self, file: FileMetadata) -> Iterator[Any]:
        try:
            result = self._look(file, _read(file.path))
        except DataError as error:
            self._num_errors.inc()
            yield _error(file.path, error)
            return
        self._num_pictures.inc()
        self._num_hands.inc(len(result["hands"]))
        yield result


def _read(path: str) -> Image:
    try:
        with FileSystems.open(path) as stream:
            return decode_image(stream.read())
    except (OSError, BeamIOError, ValueError) as error:
        raise DataError(str(error)) from error


def _with_errors(function: beam.DoFn) -> beam.PTransform:
    return beam.ParDo(function).with_outputs(_ERRORS, main=_RESULTS)


def _error(path: str, reason: object) -> beam.pvalue.TaggedOutput:
    return beam.pvalue.TaggedOutput(_ERRORS, {"image": path, "reason": str(reason)})
