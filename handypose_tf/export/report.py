"""What an exported file is made of, and how far it is from its model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from handypose_tf.export.file_check import FileCheck
from handypose_tf.export.quantization import Quantization


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
