"""Write a model in every precision and keep what each file loses.

    python benchmarks/export_files.py savedmodels/handypose_lite0_224.keras \
        --calibration coco:hands/train/all.json --check coco:hands/held_out/all.json \
        --images hands

A file that is newer than its model is not written again, so a run that was interrupted
goes on. What `handypose export` measured is gathered in `results/exports.json`, whose
other models stay; `export_latency.py` then times the files, `export_table.py` writes
the page.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from results import EXPORTED_FILES, EXPORTS

from handypose_tf.data import open_source
from handypose_tf.export import (
    Checker,
    Quantization,
    export_and_check,
    open_calibration,
)
from handypose_tf.files import write_json
from handypose_tf.litert.metadata import read_metadata
from handypose_tf.litert.precision import CALIBRATED, PRECISIONS
from handypose_tf.models import load_model

QAT = "qat-int8"


def export(args: argparse.Namespace) -> list[Path]:
    """Write the files that are missing; the float model is run once for all."""
    stem = args.model.stem
    if args.size:
        stem = f"{stem.rpartition('_')[0]}_{args.size}"
    paths = {p: args.folder / f"{stem}_{p}.tflite" for p in args.precisions}
    missing = {p: path for p, path in paths.items() if is_older(path, args.model)}
    if not missing:
        return [*paths.values()]
    model = load_model(args.model)
    if args.size:
        model = model.at_size(args.size)
    training = open_source(args.calibration, images=args.images)
    crops = open_calibration(training, model.metadata(), count=args.crops)
    held_out = open_source(args.check, images=args.images) if args.check else None
    checker = Checker(model, held_out)
    for precision, path in missing.items():
        print(path, flush=True)
        calibration = crops if precision in CALIBRATED else None
        quantization = Quantization(calibration=calibration)
        report = export_and_check(
            model, path, precision, quantization=quantization, checker=checker
        )
        for name, value in report.rows():
            print(f"  {name}: {value}")
    return [*paths.values()]


def export_fine_tuned(args: argparse.Namespace) -> Path:
    """Write the fine-tuned model's file in a process of its own, under Keras 2."""
    path = args.folder / f"{args.model.stem}_{QAT}.tflite"
    if is_older(path, args.qat):
        words = ["export", str(args.qat), "--precision", QAT, "--out", str(path)]
        words += ["--against", str(args.model)]
        words += ["--check", args.check] if args.check else []
        words += ["--images", str(args.images)] if args.images else []
        subprocess.run([sys.executable, "-m", "handypose_tf.cli", *words], check=True)
    return path


def is_older(path: Path, source: Path) -> bool:
    """Tell whether a file is missing or was made of an earlier model."""
    return not path.is_file() or path.stat().st_mtime < source.stat().st_mtime


def facts(path: Path) -> dict[str, Any]:
    """Return what the table tells of a file; `export_latency.py` times it."""
    metadata = read_metadata(path)
    measured = {k: v for k, v in metadata.export.items() if k != "latency_ms"}
    return {
        "model": f"{metadata.preset}, {metadata.image_size[0]} px",
        "precision": metadata.precision,
        "trained": metadata.trained,
        "num_bytes": path.stat().st_size,
        **measured,
    }


def main() -> None:
    """Export what is missing and gather the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", type=Path, help="a .keras file")
    parser.add_argument("--size", type=int, help="of the crop, if not the model's own")
    usual = [name for name in PRECISIONS if name != QAT]
    parser.add_argument("--precisions", nargs="+", default=usual)
    parser.add_argument(
        "--qat", type=Path, help=f"the model fine-tuned by --qat, for {QAT}"
    )
    parser.add_argument("--calibration", required=True, metavar="FORMAT:PATH")
    parser.add_argument("--crops", type=int, default=200, help="default: 200")
    parser.add_argument("--check", metavar="FORMAT:PATH", help="held-out hands")
    parser.add_argument("--images", type=Path, help="folder of the pictures of both")
    parser.add_argument("--folder", type=Path, default=EXPORTED_FILES)
    args = parser.parse_args()
    paths = export(args)
    if args.qat:
        paths.append(export_fine_tuned(args))
    known = json.loads(EXPORTS.read_text()) if EXPORTS.is_file() else {}
    write_json(EXPORTS, known | {path.stem: facts(path) for path in paths})
    print(f"wrote {EXPORTS}")


if __name__ == "__main__":
    main()
