"""Measurements as rows of text and of CSV."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from handypose_tf.benchmarking.measurement import Measurement, Ratio

_DASH = "-"

#: Whether products are of 8 bits, number of threads -> multiply-accumulates a second.
Rates = Mapping[tuple[bool, int], float]


def table(
    measurements: Sequence[Measurement], rates: Rates | None = None
) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a table.

    Args:
        measurements: What to show, in this order.
        rates: This processor's matrix-product rates, for a column of shares of them.
    """
    header = ["model", "threads", "median ms", "p95", "min", "load ms", "memory MB"]
    header += ["partitions", "GMAC/s"]
    has_ratio = any(each.ratio for each in measurements)
    header += ["of the CPU's rate"] * bool(rates) + ["ratio [95 %]"] * has_ratio
    rows = []
    for each in measurements:
        row = _row(each)
        row += [_share(each, rates)] if rates else []
        row += [_ratio(each.ratio)] if has_ratio else []
        rows.append(row)
    return header, rows


def csv_rows(
    measurements: Iterable[Measurement], facts: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Return the rows of a CSV file.

    Args:
        measurements: One a row.
        facts: Columns that are the same in every row, e.g. what was measured on.
    """
    return [{**each.to_dict(), **(facts or {})} for each in measurements]


def _row(each: Measurement) -> list[str]:
    memory, speed = each.loading.memory, each.macs_per_second
    partitions = each.contender.partitions
    return [
        each.contender.name,
        str(each.num_threads),
        f"{each.median:.2f}",
        f"{each.p95:.2f}",
        f"{each.minimum:.2f}",
        f"{each.loading.milliseconds:.0f}",
        _DASH if memory is None else f"{memory / 1e6:.1f}",
        _DASH if partitions is None else str(partitions),
        _DASH if speed is None else f"{speed / 1e9:.1f}",
    ]


def _share(each: Measurement, rates: Rates) -> str:
    rate = rates.get((each.contender.is_int8, each.num_threads))
    if rate is None or each.macs_per_second is None:
        return _DASH
    kind = "int8" if each.contender.is_int8 else "float"
    return f"{100 * each.macs_per_second / rate:.0f} % of {kind}"


def _ratio(ratio: Ratio | None) -> str:
    if ratio is None:
        return "1"
    return f"{ratio.median:.3f} [{ratio.low:.3f}, {ratio.high:.3f}]"
