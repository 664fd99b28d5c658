"""Latencies of one contender on a number of threads, and what they amount to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from handypose_tf.benchmarking.contender import Contender
from handypose_tf.benchmarking.worker import Loading
from handypose_tf.geometry import FloatArray

#: Half the width of a 95 % interval in standard deviations.
_Z = 1.96


class Ratio(NamedTuple):
    """A median with its 95 % interval."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Measurement:
    """What one contender took, run by run.

    Attributes:
        contender: Who ran.
        num_threads: On how many threads.
        loading: What it took until it had run once.
        milliseconds: `(num_runs,)`, in the order of the rounds.
        reference: `(num_runs,)`, what the reference took in the same rounds; `None`
            for the reference itself and where there is none.
    """

    contender: Contender
    num_threads: int
    loading: Loading
    milliseconds: FloatArray
    reference: FloatArray | None = None

    @property
    def median(self) -> float:
        """Median latency, milliseconds."""
        return float(np.median(self.milliseconds))

    @property
    def p95(self) -> float:
        """Latency that one run in twenty exceeds, milliseconds."""
        return float(np.percentile(self.milliseconds, 95))

    @property
    def minimum(self) -> float:
        """The shortest run, milliseconds."""
        return float(self.milliseconds.min())

    @property
    def macs_per_second(self) -> float | None:
        """Multiply-accumulates a second at the median latency."""
        macs = self.contender.macs
        return None if macs is None else 1e3 * macs / self.median

    @property
    def ratio(self) -> Ratio | None:
        """Own latency over the reference's, pair by pair: below 1 is faster."""
        if self.reference is None:
            return None
        return median_interval(self.milliseconds / self.reference)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for CSV and JSON."""
        ratio = self.ratio
        return {
            "name": self.contender.name,
            "threads": self.num_threads,
            "runs": len(self.milliseconds),
            "median_ms": round(self.median, 4),
            "p95_ms": round(self.p95, 4),
            "min_ms": round(self.minimum, 4),
            "load_ms": round(self.loading.milliseconds, 2),
            "memory_bytes": self.loading.memory,
            "partitions": self.contender.partitions,
            "macs": self.contender.macs,
            "macs_per_second": self.macs_per_second and round(self.macs_per_second),
            "ratio": ratio and round(ratio.median, 4),
            "ratio_low": ratio and round(ratio.low, 4),
            "ratio_high": ratio and round(ratio.high, 4),
        }


def median_interval(values: FloatArray) -> Ratio:
    """Return the median and its 95 % interval by order statistics.

    The number of values below the true median is binomial, whatever they are spread
    like; latencies have long tails.
    """
    ordered = np.sort(values)
    middle, reach = len(ordered) / 2, _Z * np.sqrt(len(ordered)) / 2
    low = max(int(np.floor(middle - reach)), 0)
    high = min(int(np.ceil(middle + reach)), len(ordered) - 1)
    return Ratio(float(np.median(ordered)), float(ordered[low]), float(ordered[high]))
