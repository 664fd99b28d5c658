"""Hold latencies to their targets, all contenders of a group alternating in one run.

Writes every figure to `benchmarks/results/`, the machine in the file's name, prints
each target with what was measured, and ends with 1 if one is missed. Models are built
untrained on the first run (some minutes) and kept in `--models`.

Needs PyTorch and, on the first run, a network for MediaPipe's wheel.
Run it on an otherwise idle machine:

  python benchmarks/latency.py
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from latency_models import ModelFolder

from handypose_tf.benchmarking import (
    Contender,
    Measurement,
    benchmark,
    csv_rows,
    is_product,
    machine_name,
    machine_slug,
    matrix_product_models,
    product_rates,
    save_plot,
    table,
)
from handypose_tf.benchmarking.measurement import median_interval
from handypose_tf.benchmarking.runtimes import Run
from handypose_tf.cli.console import quiet_native_log
from handypose_tf.files.tables import format_table, write_csv
from handypose_tf.files.wheel_files import cache_folder
from handypose_tf.weights.mediapipe_files import MEDIAPIPE_FILES

RESULTS = Path(__file__).resolve().parent / "results"

PAPER, LITE = "handypose_resnet101", "handypose_lite0"
PAPER_SIZE = 368
PAPER_THREADS, LITE_THREADS = 2, 1

TORCH = "released network, PyTorch"
GRAPH = "resnet101 368, TensorFlow's graph"
FLOAT, INT8 = "resnet101 368 float32", "resnet101 368 int8"
NAIVE = "resnet101 368 int8, naive conversion"
LITE_192, LITE_224 = "lite0 192 int8", "lite0 224 int8"
MEDIAPIPE_LITE, MEDIAPIPE_FULL = "MediaPipe landmarks lite", "MediaPipe landmarks full"


class Target(NamedTuple):
    """A share of another's time that a model may take at the most."""

    model: str
    other: str
    most: float


TARGETS = (
    Target(INT8, TORCH, 0.20),
    Target(INT8, NAIVE, 0.92),
    Target(FLOAT, GRAPH, 0.90),
    Target(LITE_192, MEDIAPIPE_LITE, 0.85),
    Target(LITE_224, MEDIAPIPE_FULL, 0.60),
)


def main() -> int:
    arguments = _parse()
    measured: list[Measurement] = []
    for name in arguments.groups:
        group, threads = GROUPS[name]
        with quiet_native_log():
            contenders = group(arguments.models)
            contenders += matrix_product_models(arguments.models / "products")
        measured += benchmark(contenders, (threads,), seconds=arguments.seconds)
    models = [each for each in measured if not is_product(each.contender)]
    print(machine_name())
    print(format_table(*table(models, product_rates(measured))))
    names = {each.contender.name for each in models}
    rows = [_judge(target, models) for target in TARGETS if target.model in names]
    print(format_table(["target", "at most", "measured [95 %]", ""], rows))
    _write(measured, models, arguments.out)
    return int(any(row[-1] != "met" for row in rows))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=Path, default=cache_folder() / "latency")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument(
        "--groups",
        nargs="+",
        choices=GROUPS,
        default=[*GROUPS],
        help="paper: ResNet-101 at 368 px on two threads; lite: the phone's on one",
    )
    parser.add_argument(
        "--seconds", type=float, default=60, help="of each group (default: %(default)g)"
    )
    return parser.parse_args()


def _paper_group(folder: Path) -> list[Contender]:
    """Return the paper's network under every runtime."""
    files = ModelFolder(folder)
    int8 = files.exported(PAPER, PAPER_SIZE, "int8")
    float32 = files.exported(PAPER, PAPER_SIZE, "float32")
    graph = files.keras(PAPER, PAPER_SIZE)
    return [
        Contender.from_file(int8, INT8),
        Contender.from_file(files.naive(PAPER, PAPER_SIZE), NAIVE),
        Contender.from_file(float32, FLOAT),
        Contender.from_file(graph, GRAPH),
        Contender(TORCH, partial(_open_torch, PAPER_SIZE)),
    ]


def _open_torch(size: int, num_threads: int) -> Run:
    """Load the released network; PyTorch is imported in its own process alone."""
    from released_torch import open_released

    return open_released(size, num_threads)


def _lite_group(folder: Path) -> list[Contender]:
    """Return the phone's network at two sizes, and MediaPipe's two."""
    files = ModelFolder(folder)
    mediapipe = MEDIAPIPE_FILES.fetch()
    return [
        Contender.from_file(files.exported(LITE, 192, "int8"), LITE_192),
        Contender.from_file(files.exported(LITE, 224, "int8"), LITE_224),
        Contender.from_file(mediapipe / "hand_landmark_lite.tflite", MEDIAPIPE_LITE),
        Contender.from_file(mediapipe / "hand_landmark_full.tflite", MEDIAPIPE_FULL),
    ]


def _judge(target: Target, measured: Sequence[Measurement]) -> list[str]:
    """Return a row of the table of targets."""
    times = {each.contender.name: each.milliseconds for each in measured}
    ratio = median_interval(times[target.model] / times[target.other])
    return [
        f"{target.model} / {target.other}",
        f"{target.most:.2f}",
        f"{ratio.median:.3f} [{ratio.low:.3f}, {ratio.high:.3f}]",
        "met" if ratio.median <= target.most else "MISSED",
    ]


def _write(
    measured: Sequence[Measurement], models: Sequence[Measurement], folder: Path
) -> None:
    machine, date = machine_name(), time.strftime("%Y-%m-%d")
    path = folder / f"latency-{machine_slug()}.csv"
    write_csv(path, csv_rows(measured, {"machine": machine, "date": date}))
    save_plot(path.with_suffix(".png"), models, machine)
    print(f"wrote {path} and {path.with_suffix('.png').name}")


GROUPS = {"paper": (_paper_group, PAPER_THREADS), "lite": (_lite_group, LITE_THREADS)}

if __name__ == "__main__":
    raise SystemExit(main())
