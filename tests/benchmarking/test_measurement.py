from __future__ import annotations

import numpy as np

from handypose_tf.benchmarking import Contender, Measurement, csv_rows, table
from handypose_tf.benchmarking.measurement import median_interval
from handypose_tf.benchmarking.worker import Loading


def measurement(times, reference=None, **facts) -> Measurement:
    contender = Contender(facts.pop("name", "a"), print, **facts)
    reference = None if reference is None else np.array(reference, float)
    loading = Loading(12.5, 3_000_000)
    return Measurement(contender, 2, loading, np.array(times, float), reference)


def test_statistics():
    found = measurement(range(1, 102), macs=51_000_000)
    assert (found.median, found.p95, found.minimum) == (51, 96, 1)
    assert found.macs_per_second == 1e9
    assert measurement([1.0]).macs_per_second is None


def test_ratio_is_taken_pair_by_pair():
    """A machine that slows down threefold half-way moves no ratio."""
    slow = np.where(np.arange(40) < 20, 1, 3)
    found = measurement(2 * slow, 4 * slow)
    assert found.ratio == (0.5, 0.5, 0.5)


def test_median_interval_covers():
    """95 % intervals hold the true median of a skewed spread 95 times in a hundred."""
    draws = np.random.default_rng(0).exponential(1, (2000, 60))
    intervals = [median_interval(values) for values in draws]
    hit = np.mean([low <= np.log(2) <= high for _, low, high in intervals])
    assert 0.93 < hit < 0.98


def test_table():
    rates = {(False, 2): 4e9, (True, 2): 8e9}
    header, rows = table(
        [
            measurement([1, 1], [2, 2], macs=1_000_000, partitions=3),
            measurement([2, 2], name="b", macs=16_000_000, is_int8=True),
            measurement([1], name="c"),
        ],
        rates,
    )
    assert header[-2:] == ["of the CPU's rate", "ratio [95 %]"]
    assert rows[0] == [
        *("a", "2", "1.00", "1.00", "1.00", "12", "3.0", "3", "1.0"),
        *("25 % of float", "0.500 [0.500, 0.500]"),
    ]
    assert rows[1][-4:] == ["-", "8.0", "100 % of int8", "1"]
    assert rows[2][-3:] == ["-", "-", "1"]
    assert table([measurement([1])])[0][-1] == "GMAC/s"


def test_csv():
    [row] = csv_rows([measurement([1, 3], [2, 2], macs=10)], {"machine": "one, two"})
    assert row["median_ms"] == 2 and row["ratio"] == 1
    assert row["memory_bytes"] == 3000000 and row["partitions"] is None
    assert row["machine"] == "one, two" and row["macs_per_second"] == 5000
