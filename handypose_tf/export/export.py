"""An export counts only after it was run: the file, and what it is worth."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from handypose_tf.data import Reader
from handypose_tf.export.detector_check import DetectorChecker
from handypose_tf.export.file_check import FileCheck, FileChecker
from handypose_tf.export.litert import check_arguments, network_bytes
from handypose_tf.export.pose_check import Checker
from handypose_tf.export.quantization import Quantization
from handypose_tf.files import write_bytes, write_checksum
from handypose_tf.litert.metadata import with_metadata
from handypose_tf.models import HandyPose, HandyPoseDetector
from handypose_tf.models.described_model import DescribedModel

_PLAIN = Quantization()


@dataclass(frozen=True, kw_only=True)
class ExportReport:
    """A file that was written and run.

    Attributes:
        path: The file.
        precision: One of `PRECISIONS`.
        io: Type of its input.
        quantization: How it was quantised.
        check: What running it has shown.
        num_bytes: Size with the metadata.
        network_bytes: Size without the metadata.
        network_sha256: Of the network's bytes, before the zip of the metadata.
        sha256: Of the whole file; the side-car holds it.
    """

    path: Path
    precision: str
    io: str
    quantization: Quantization
    check: FileCheck
    network_bytes: int
    network_sha256: str
    num_bytes: int = 0
    sha256: str = ""

    @property
    def holds(self) -> bool:
        """Whether the loss is allowed; true where it was not measured or not set."""
        accuracy = self.check.accuracy
        return accuracy is None or accuracy.holds(self.precision)

    def to_dict(self) -> dict[str, Any]:
        """Return what the file's metadata hold, as plain values for JSON."""
        calibration, accuracy = self.quantization.calibration, self.check.accuracy
        return {
            "io": self.io,
            "quantizer": self.quantization.quantizer,
            "keep_float": [*self.quantization.keep_float],
            "calibration": calibration
            and {"source": calibration.source, "num_crops": len(calibration.crops)},
            "network_bytes": self.network_bytes,
            "network_sha256": self.network_sha256,
            "operations": self.check.census.to_dict(),
            "parity_px": vars(self.check.parity),
            "accuracy": accuracy and accuracy.to_dict(),
            "latency_ms": {
                f"{n} threads": ms for n, ms in self.check.latency_ms.items()
            },
        }

    def rows(self) -> Iterator[tuple[str, str]]:
        """Give names and values of a small table."""
        yield "precision", f"{self.precision}, {self.io} input"
        yield "size", f"{self.num_bytes / 1e6:.2f} MB"
        body = self.check.census
        left = ", ".join(body.body_not_delegated) or "none"
        yield "XNNPACK partitions of the body", f"{body.body_partitions}"
        yield "operations of the body outside", left
        shift = self.check.parity
        yield (
            f"{self.check.finds} moved by",
            f"mean {shift.mean:.2f}, median {shift.median:.2f}, max {shift.max:.1f} px "
            f"of the input, {shift.num_crops} crops",
        )
        if self.check.accuracy is not None:
            yield from self.check.accuracy.rows()
        for threads, ms in self.check.latency_ms.items():
            yield f"latency, {threads} thread{'s' * (threads > 1)}", f"{ms:.2f} ms"
        yield "SHA-256", self.sha256


def export_and_check(
    model: DescribedModel,
    path: str | os.PathLike[str],
    precision: str = "float32",
    *,
    io: str = "float32",
    heatmaps: bool = False,
    quantization: Quantization = _PLAIN,
    checker: FileChecker | None = None,
) -> ExportReport:
    """Write a model as a `.tflite` file, after having run it.

    The file's metadata hold the report, and its SHA-256 is written beside it, as
    `sha256sum` does. The checker is what the file is compared with: by default crops
    of the demo picture. All other arguments are those of `export_litert`.

    Raises:
        HandyPoseError: As `export_litert`, or if LiteRT cannot run the file, or the
            checker's model is of another kind.
    """
    check_arguments(model, path, precision, io, quantization)
    checker = checker or open_checker(model)
    checker.check_model(model)
    network = network_bytes(model, precision, io, heatmaps, quantization)
    metadata = model.metadata(precision)
    report = ExportReport(
        path=Path(path),
        precision=precision,
        io=io,
        quantization=quantization,
        network_bytes=len(network),
        network_sha256=hashlib.sha256(network).hexdigest(),
        check=_run(with_metadata(network, metadata), checker),
    )
    facts = replace(metadata, export=report.to_dict())
    content = with_metadata(network, facts)
    write_bytes(path, content)
    return replace(report, num_bytes=len(content), sha256=write_checksum(path))


def open_checker(model: DescribedModel, reader: Reader | None = None) -> FileChecker:
    """Return what runs a model's files against it.

    Args:
        model: A pose network or a detector.
        reader: Annotated hands; without, the demo picture is looked at alone.

    Raises:
        HandyPoseError: If the hands cannot be read or do not fit the model.
    """
    if isinstance(model, HandyPoseDetector):
        return DetectorChecker(model, reader)
    return Checker(cast(HandyPose, model), reader)


def _run(content: bytes, checker: FileChecker) -> FileCheck:
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / "trial.tflite"
        trial.write_bytes(content)
        return checker.check(trial)
