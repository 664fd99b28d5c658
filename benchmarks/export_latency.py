"""Time the files of `export_files.py` beside MediaPipe's landmark models.

    python benchmarks/export_latency.py

All files of one model alternate in one run, on one thread and on two; MediaPipe's two
take part beside models for phones. Writes `results/export-latency-MACHINE.csv`. Run it
on an otherwise idle machine.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from results import EXPORTED_FILES, EXPORTS, RESULTS

from handypose_tf.benchmarking import (
    Contender,
    Measurement,
    benchmark,
    csv_rows,
    machine_name,
    machine_slug,
    table,
)
from handypose_tf.cli.console import quiet_native_log
from handypose_tf.files.tables import format_table, write_csv
from handypose_tf.labelling.mediapipe import VARIANTS
from handypose_tf.weights.mediapipe_files import MEDIAPIPE_FILES

THREADS = (1, 2)

#: Names of MediaPipe's models begin with it.
PEER = "MediaPipe landmarks"

#: Models for phones have this in their files' names.
FOR_PHONES = "lite"


def latency_file() -> Path:
    """Return where this machine's latencies are kept."""
    return RESULTS / f"export-latency-{machine_slug()}.csv"


def groups(folder: Path) -> list[list[Contender]]:
    """Return the files of each model, MediaPipe's with those for phones."""
    by_model: dict[str, list[Contender]] = {}
    for name, facts in json.loads(EXPORTS.read_text()).items():
        contender = Contender.from_file(folder / f"{name}.tflite")
        by_model.setdefault(facts["model"], []).append(contender)
    peers = MEDIAPIPE_FILES.fetch()
    for model, contenders in by_model.items():
        if FOR_PHONES in model:
            contenders += [
                Contender.from_file(
                    peers / f"hand_landmark_{variant}.tflite", f"{PEER} {variant}"
                )
                for variant in VARIANTS
            ]
    return [*by_model.values()]


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=EXPORTED_FILES)
    parser.add_argument(
        "--seconds",
        type=float,
        default=60,
        help="of each model and number of threads (default: %(default)g)",
    )
    args = parser.parse_args()
    with quiet_native_log():
        contenders = groups(args.folder)
    measured: list[Measurement] = []
    for group in contenders:
        measured += benchmark(group, THREADS, seconds=args.seconds)
    print(format_table(*table(measured)))
    about = {"machine": machine_name(), "date": time.strftime("%Y-%m-%d")}
    print(f"wrote {write_csv(latency_file(), csv_rows(measured, about))}")


if __name__ == "__main__":
    main()
