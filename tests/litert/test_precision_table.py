"""The table of precisions: what a new row must bring, and where it is told."""

from __future__ import annotations

import re
from pathlib import Path

from handypose_tf.litert.precision import CALIBRATED, PRECISIONS, QUANTIZED

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "export.md"


def test_the_page_on_export_tells_each():
    told = re.findall(r"^\| `([\w-]+)` \|", HOW_TO.read_text("utf-8"), re.MULTILINE)
    assert told == [*PRECISIONS]


def test_the_page_on_export_tells_what_each_may_lose():
    text = " ".join(HOW_TO.read_text("utf-8").split())
    for name, precision in PRECISIONS.items():
        if "pose" in precision.points:
            assert re.search(f"`{name}`[^`]* {precision.points['pose']} point", text)


def test_what_follows_from_the_fields():
    assert CALIBRATED == ("int8", "int16x8")
    assert QUANTIZED == ("dynamic", "int8", "int16x8")
    ranks = sorted(PRECISIONS, key=lambda name: PRECISIONS[name].latency_rank)
    assert ranks[:4] == ["int8", "qat-int8", "float16", "float32"]
