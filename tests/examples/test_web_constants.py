"""The web page's numbers are the library's."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from handypose_tf.inference import OneEuro, thresholds
from handypose_tf.inference.video import one_euro

WEB = Path(__file__).resolve().parents[2] / "examples" / "web"
CONSTANT = re.compile(r"^const ([A-Z_]+) = ([\d.e-]+);", re.MULTILINE)


def constants(name: str) -> dict[str, float]:
    """Return the numbers that a file of the page names."""
    text = (WEB / "src" / "hand" / name).read_text("utf-8")
    return {key: float(value) for key, value in CONSTANT.findall(text)}


@pytest.mark.parametrize(
    ("file", "names"),
    [
        (
            "limits.ts",
            {"MIN_HAND_SCORE", "KEEP_SCORE", "MIN_PRESENCE", "KEEP_PRESENCE"},
        ),
        ("hand-estimator.ts", {"FOUND_SPREAD"}),
        ("hand-pose.ts", {"FOUND_SCORE", "FOUND_SHARE"}),
    ],
)
def test_thresholds(file, names):
    assert constants(file) == {name: getattr(thresholds, name) for name in names}


def test_smoothing():
    ours = OneEuro()
    assert constants("one-euro-filter.ts") == {
        "MIN_CUTOFF": ours.min_cutoff,
        "BETA": ours.beta,
        "SPEED_CUTOFF": ours.d_cutoff,
        "LEAST_STEP": one_euro.LEAST_STEP,
    }


def test_the_page_is_tested_with_what_the_filter_gives_now():
    golden = WEB / "tests" / "unit" / "smoothing-golden.json"
    smooth = one_euro.OneEuroFilter()
    for frame in json.loads(golden.read_text("utf-8")):
        found = smooth(frame["points"], frame["size"], frame["seconds"])
        np.testing.assert_allclose(found, frame["smoothed"], rtol=1e-6)
