"""An export counts only after it was run: the file and what it is worth."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import replace
from pathlib import Path

from handypose_tf.export.checkers import open_checker
from handypose_tf.export.file_check import FileCheck, FileChecker
from handypose_tf.export.litert import check_arguments, network_bytes
from handypose_tf.export.quantization import Quantization
from handypose_tf.export.report import ExportReport
from handypose_tf.files import write_bytes, write_checksum
from handypose_tf.litert.metadata import with_metadata
from handypose_tf.models.described_model import DescribedModel

_PLAIN = Quantization()


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
    """Write a model as a `.tflite` file, after having run it; see `export_litert`.

    The file's metadata hold the report, and its SHA-256 is written beside it, as
    `sha256sum` does.

    Args:
        model: The model to convert; it stays as it is.
        path: See `export_litert`.
        precision: See `export_litert`.
        io: See `export_litert`.
        heatmaps: See `export_litert`.
        quantization: See `export_litert`.
        checker: What the file is compared with; crops of the demo picture if `None`.

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


def _run(content: bytes, checker: FileChecker) -> FileCheck:
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / "trial.tflite"
        trial.write_bytes(content)
        return checker.check(trial)
