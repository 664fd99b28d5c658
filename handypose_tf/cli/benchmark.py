r"""Measure the latency of model files side by side, and against another.

FILE is any .tflite file (also another's, e.g. MediaPipe's), the name of a shipped
model, or a preset, which is then exported untrained. A .keras file runs as
TensorFlow's own graph. Every model runs once in every round, in a process of its own;
ratios are taken within rounds. Memory is what loading and running add to a process.
Decoding is part of this library's models; cropping is not measured.

Example:
  handypose benchmark handypose_lite0 --threads 1,2
  handypose benchmark mine_int8.tflite mine_float32.tflite \
    --vs hand_landmark_full.tflite --csv latency.csv --plot latency.png
  handypose benchmark handypose_lite0 --machine-rate
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tqdm import tqdm

from handypose_tf.benchmarking import (
    Contender,
    Measurement,
    benchmark,
    csv_rows,
    is_product,
    machine_name,
    matrix_product_models,
    operation_table,
    operation_times,
    product_rates,
    save_plot,
    table,
)
from handypose_tf.cli.console import quiet_native_log, say
from handypose_tf.cli.options import add_file, add_flag, number_parser, parse_counts
from handypose_tf.errors import ModelError
from handypose_tf.files import write_json
from handypose_tf.files.tables import format_table, write_csv
from handypose_tf.litert.shipped import find_model
from handypose_tf.models.presets import PRESETS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose benchmark` takes."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="model to measure")
    parser.add_argument(
        "--threads",
        type=parse_counts,
        default=[1],
        metavar="N,N",
        help="numbers of threads to measure on (default: 1)",
    )
    parser.add_argument("--vs", metavar="FILE", help="model to compare all others with")
    parser.add_argument(
        "--seconds",
        type=number_parser(0.0),
        default=10.0,
        metavar="S",
        help="how long to measure on each number of threads, at least 20 rounds "
        "(default: %(default)g)",
    )
    add_flag(
        parser,
        "--machine-rate",
        "measure the processor's matrix-product rate too, and each model's share",
    )
    add_flag(
        parser,
        "--operations",
        "time each operation of the .tflite files by itself: where time goes",
    )
    add_file(parser, "--csv", "write the figures")
    add_file(parser, "--json", "write the figures")
    add_file(parser, "--plot", "draw bars: .png, .pdf or .svg")


def run(arguments: argparse.Namespace) -> int:
    """Measure, print the table, write what was asked for."""
    with tempfile.TemporaryDirectory() as folder:
        with quiet_native_log():
            names = [*arguments.files, *filter(None, [arguments.vs])]
            opened = _named_apart([_open(n, Path(folder)) for n in names], names)
            contenders = opened[: len(arguments.files)]
            reference = opened[-1] if arguments.vs else None
            if arguments.machine_rate:
                contenders += matrix_product_models(folder)
        measured = _measure(contenders, reference, arguments)
        operations = _operations(contenders, arguments)
    models = [each for each in measured if not is_product(each.contender)]
    rates = product_rates(measured)
    say(machine_name())
    say(format_table(*table(models, rates)))
    for (is_int8, threads), rate in rates.items():
        kind = "int8" if is_int8 else "float32"
        say(f"{kind} matrix products, {threads} thread(s): {rate / 1e9:.1f} GMAC/s")
    for title, rows in operations:
        say(f"\n{title}\n{rows}")
    _write(measured, models, arguments)
    return 0


def _open(name: str, folder: Path) -> Contender:
    """Describe a model by file or name; a preset that does not ship is exported."""
    try:
        return Contender.from_file(find_model(name))
    except ModelError:
        if name not in PRESETS:
            raise
    from handypose_tf.export import export_litert
    from handypose_tf.models import handypose

    warnings.warn(f"{name}: not shipped; untrained weights in float32", stacklevel=1)
    path = folder / f"{name}_untrained_float32.tflite"
    return Contender.from_file(export_litert(handypose(name), path))


def _named_apart(
    contenders: Sequence[Contender], given: Sequence[str]
) -> list[Contender]:
    """Call those that share a name by what was given."""
    counts = Counter(each.name for each in contenders)
    return [
        replace(each, name=name) if counts[each.name] > 1 else each
        for each, name in zip(contenders, given, strict=True)
    ]


def _measure(
    contenders: Sequence[Contender],
    reference: Contender | None,
    arguments: argparse.Namespace,
) -> list[Measurement]:
    """Measure under a bar that counts rounds."""
    processors = os.cpu_count() or 1
    if max(arguments.threads) > processors:
        warnings.warn(f"this machine has {processors} processors only", stacklevel=1)
    with tqdm(unit=" round", delay=2, disable=not sys.stderr.isatty()) as bar:
        measurements = benchmark(
            contenders,
            arguments.threads,
            reference=reference,
            seconds=arguments.seconds,
            on_round=bar.update,
        )
        return list(measurements)


def _operations(
    contenders: Sequence[Contender], arguments: argparse.Namespace
) -> list[tuple[str, str]]:
    """Return a title and a table of operations for each `.tflite` file."""
    if not arguments.operations:
        return []
    threads = arguments.threads[0]
    with quiet_native_log():
        return [
            (
                f"{each.name}: operations by themselves, {threads} thread(s)",
                format_table(*operation_table(operation_times(each.path, threads))),
            )
            for each in contenders
            if each.path and not is_product(each)
        ]


def _write(
    measured: Sequence[Measurement],
    models: Sequence[Measurement],
    arguments: argparse.Namespace,
) -> None:
    machine = machine_name()
    if arguments.csv is not None:
        write_csv(arguments.csv, csv_rows(measured, {"machine": machine}))
    if arguments.json is not None:
        rows = [each.to_dict() for each in measured]
        write_json(arguments.json, {"machine": machine, "measurements": rows})
    if arguments.plot is not None:
        save_plot(arguments.plot, models, machine)
