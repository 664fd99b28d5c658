"""What the training benchmarks have in common: ratios held to targets, and the CSV."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from handypose_tf.benchmarking import machine_name, machine_slug
from handypose_tf.benchmarking.measurement import median_interval
from handypose_tf.files.tables import format_table, write_csv
from handypose_tf.files.versions import package_versions

RESULTS = Path(__file__).resolve().parent / "results"

#: What `export_files.py` gathers, and where it puts the files.
EXPORTS, EXPORTED_FILES = RESULTS / "exports.json", Path("runs/exports")

Row = dict[str, float | str]


class Target(NamedTuple):
    """How many times another's rate a rate must be at least."""

    name: str
    other: str
    least: float


def report(
    title: str, rows: Sequence[Row], targets: Sequence[Target], figure: str
) -> int:
    """Write all rows, print medians and targets; returns 1 if a target is missed.

    Args:
        title: Beginning of the CSV's name.
        rows: One for each contender and round, with `name` and `round`.
        targets: Ratios of the figure, round by round.
        figure: Column that is compared, higher is better.
    """
    print(machine_name())
    rates = {
        name: np.array([row[figure] for row in rows if row["name"] == name], float)
        for name in dict.fromkeys(str(row["name"]) for row in rows)
    }
    medians = [[name, f"{np.median(rate):.4g}"] for name, rate in rates.items()]
    print(format_table(["", figure.replace("_", " ")], medians))
    judged = [_judge(target, rates) for target in targets]
    print(format_table(["target", "at least", "measured [95 %]", ""], judged))
    print(f"wrote {write_rows(title, rows)}")
    return int(any(line[-1] != "met" for line in judged))


def write_rows(title: str, rows: Sequence[Row]) -> Path:
    """Write rows with machine, versions and date into `results/`."""
    versions = " ".join(f"{name} {v}" for name, v in package_versions().items())
    facts = {"machine": machine_name(), "versions": versions}
    facts["date"] = time.strftime("%Y-%m-%d")
    path = RESULTS / f"{title}-{machine_slug()}.csv"
    return write_csv(path, [{**row, **facts} for row in rows])


def _judge(target: Target, rates: dict[str, np.ndarray]) -> list[str]:
    ratio = median_interval(rates[target.name] / rates[target.other])
    return [
        f"{target.name} / {target.other}",
        f"{target.least:.2f}",
        f"{ratio.median:.2f} [{ratio.low:.2f}, {ratio.high:.2f}]",
        "met" if ratio.median >= target.least else "MISSED",
    ]
