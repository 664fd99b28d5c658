"""Write `docs/export-table.md` and its plot: what each precision costs and saves.

    python benchmarks/export_table.py --calibration coco:labelled/train.json \
        --check coco:labelled/held_out.json --human coco:hands/annotations.json \
        --model savedmodels/handypose_lite0_224.keras --model runs/resnet101/best.keras

Every model is exported in every precision, run, and compared with itself in float on
the hands of `--check`; latencies are taken in one run, all files alternating, beside
MediaPipe's landmark models. The plot shows PCK on the hands of `--human`, which people
labelled: labels that MediaPipe made do not measure MediaPipe.

A model that was fine-tuned with `qat: true` gets a row of qat-int8 too if
`TF_USE_LEGACY_KERAS=1` is set.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from mediapipe_on_boxes import predict

from handypose_tf.benchmarking import Contender, benchmark, machine_name
from handypose_tf.data import Record, open_source
from handypose_tf.evaluation import (
    CropRule,
    evaluate,
    predict_hands,
    select_hands,
)
from handypose_tf.export import (
    Checker,
    ExportReport,
    Quantization,
    export_and_check,
    open_calibration,
)
from handypose_tf.figures import COLORS, figure_file
from handypose_tf.files import write_bytes
from handypose_tf.inference import HandPoseEstimator
from handypose_tf.labelling import MediaPipeHands
from handypose_tf.labelling.mediapipe import MEDIAPIPE_FILES, VARIANTS
from handypose_tf.models import HandyPose, load_model

PRECISIONS = ("float32", "float16", "dynamic", "int8", "int16x8")

#: LiteRT's own kernels for 16-bit activations take minutes a picture beyond this.
MOST_MACS_INT16X8 = 10**9

THREADS = (1, 2)

#: Hands that people labelled count if they are this large and complete.
MIN_SIZE, MIN_POINTS = 48, 10

PCK = "pck_box@0.2"

HEAD = (
    "| file | MB | ms, 1 thread | ms, 2 threads | pck_box@0.2 | change, points | "
    "change of pck_box@0.1 | EPE | moved, px |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
)


class Row(NamedTuple):
    """A file, where it lies on the plot, and what it is made of."""

    name: str
    milliseconds: Mapping[int, float]
    human_pck: float | None
    report: ExportReport | None = None


def export_all(path: Path, args: argparse.Namespace) -> Iterator[ExportReport]:
    """Write and check every precision of a model."""
    model = load_model(path)
    metadata = model.metadata()
    crops = open_calibration(open_source(args.calibration), metadata)
    checker = Checker(model, open_source(args.check))
    stem = f"{metadata.preset}_{metadata.image_size[0]}"
    for precision in precisions(model):
        print(f"{path}: {precision}", flush=True)
        yield export_and_check(
            model,
            args.files / f"{stem}_{precision}.tflite",
            precision,
            quantization=Quantization(calibration=crops),
            checker=checker,
        )


def precisions(model: HandyPose) -> list[str]:
    """Return those that make sense for a model here."""
    chosen = [*PRECISIONS]
    if model.metadata().macs > MOST_MACS_INT16X8:
        chosen.remove("int16x8")
    is_keras2 = os.environ.get("TF_USE_LEGACY_KERAS") == "1"
    if model.settings.get("activation_ranges") and is_keras2:
        chosen.append("qat-int8")
    return chosen


def latencies(paths: Mapping[str, Path]) -> dict[str, dict[int, float]]:
    """Return name -> number of threads -> median milliseconds, all in one run."""
    contenders = [Contender.from_file(path, name) for name, path in paths.items()]
    found: dict[str, dict[int, float]] = {name: {} for name in paths}
    for each in benchmark(contenders, THREADS, seconds=60):
        found[each.contender.name][each.num_threads] = each.median
    return found


def human_pck(source: str | None, paths: Mapping[str, Path]) -> dict[str, float]:
    """Return name -> PCK on hands that people labelled, same crops for all."""
    if source is None:
        return {}
    records = select_hands(
        open_source(source).records(), min_size=MIN_SIZE, min_points=MIN_POINTS
    )
    found = {}
    for name, path in paths.items():
        peer = next((v for v in VARIANTS if path.stem == f"hand_landmark_{v}"), None)
        found[name] = _pck(records, path, peer)
    return found


def _pck(records: Sequence[Record], path: Path, peer: str | None) -> float:
    if peer:
        keypoints = predict(MediaPipeHands(variant=peer), records, (0,)).keypoints
    else:
        keypoints = predict_hands(
            HandPoseEstimator(path), records, CropRule()
        ).keypoints
    return evaluate(records, keypoints, "nsrm").scores[PCK].value


def table(rows: Sequence[Row], source: str) -> str:
    """Return the page."""
    lines = [_line(row) for row in rows]
    measured = next(row.report for row in rows if row.report)
    hands = measured.check.accuracy.num_hands if measured.check.accuracy else 0
    return (
        "# What each precision costs\n\n"
        "Written by `python benchmarks/export_table.py`; "
        "[how to read it](how-to/export.md#read-the-table).\n\n"
        f"{hands} held-out hands of {Path(source).name}, labelled by MediaPipe Hands "
        "and so no measure of MediaPipe's own models. Changes are paired, with their "
        f"95 % interval. Latency: {machine_name()}, all files alternating.\n\n"
        f"{HEAD}{''.join(lines)}\n![](figures/export-table.png)\n"
    )


def _line(row: Row) -> str:
    times = [f"{row.milliseconds[n]:.2f}" for n in THREADS]
    if row.report is None or row.report.check.accuracy is None:
        return f"| {row.name} | | {times[0]} | {times[1]} | | | | | |\n"
    accuracy, parity = row.report.check.accuracy, row.report.check.parity
    change = accuracy.change[PCK]
    cells = [
        row.name,
        f"{row.report.num_bytes / 1e6:.2f}",
        *times,
        f"{100 * accuracy.file[PCK].value:.2f} %",
        f"{100 * change.value:+.2f} "
        f"[{100 * change.low:+.2f}, {100 * change.high:+.2f}]",
        f"{100 * accuracy.change['pck_box@0.1'].value:+.2f}",
        f"{accuracy.epe_growth:+.2f} %",
        f"{parity.mean:.2f}, at most {parity.max:.0f}",
    ]
    return f"| {' | '.join(cells)} |\n"


def draw(path: Path, rows: Sequence[Row]) -> None:
    """Draw PCK on human labels over latency on one thread."""
    with figure_file(path, (8, 5)) as figure:
        axes = figure.subplots()
        for number, row in enumerate(rows):
            if row.human_pck is None:
                continue
            peer = row.report is None
            x, y = row.milliseconds[1], 100 * row.human_pck
            color = COLORS[number % len(COLORS)]
            axes.plot(x, y, "D" if peer else "o", color=color, markersize=9)
            axes.annotate(row.name, (x, y), (6, 5), textcoords="offset points")
        axes.set_xscale("log")
        axes.margins(0.15)
        axes.set_xlabel("milliseconds of a hand, one thread")
        axes.set_ylabel("pck_box@0.2 on hands that people labelled, %")


def main() -> None:
    """Export, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", action="append", required=True, type=Path)
    parser.add_argument("--calibration", required=True, metavar="FORMAT:PATH")
    parser.add_argument("--check", required=True, metavar="FORMAT:PATH")
    parser.add_argument("--human", metavar="FORMAT:PATH")
    parser.add_argument("--files", type=Path, default=Path("runs/export-table"))
    parser.add_argument("--out", type=Path, default=Path("docs"))
    args = parser.parse_args()
    reports = [report for path in args.model for report in export_all(path, args)]
    paths = {report.path.stem: report.path for report in reports}
    peers = MEDIAPIPE_FILES.fetch()
    for variant in VARIANTS:
        name = f"hand_landmark_{variant}"
        paths[f"MediaPipe {variant}"] = peers / f"{name}.tflite"
    times, scores = latencies(paths), human_pck(args.human, paths)
    by_name = {report.path.stem: report for report in reports}
    rows = [
        Row(name, times[name], scores.get(name), by_name.get(name)) for name in paths
    ]
    page = table(rows, args.check)
    print(page)
    write_bytes(args.out / "export-table.md", page.encode())
    draw(args.out / "figures" / "export-table.png", rows)


if __name__ == "__main__":
    main()
