"""The web page's numbers are the library's."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

from handypose_tf.inference.video import one_euro

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "examples" / "web"


@pytest.fixture
def web_constants(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    monkeypatch.delitem(sys.modules, "web_constants", raising=False)
    import web_constants

    return web_constants


def test_the_page_s_file_is_what_the_library_has_now(web_constants):
    now = web_constants.text()
    assert web_constants.TARGET.read_text("utf-8") == now, "run tools/web_constants.py"


def test_what_is_told_is_the_library_s(web_constants):
    told = web_constants.constants()
    assert (told["MIN_PRESENCE"], told["KEEP_PRESENCE"]) == (0.5, 0.3)
    assert (told["MAX_HANDS"], told["EVERY"], told["PATIENCE"]) == (2, 10, 0.5)


def test_the_contract_names_the_filter_s_numbers(web_constants):
    told = web_constants.constants()
    page = (ROOT / "docs" / "how-to" / "contract.md").read_text("utf-8")
    assert f"share({told['SPEED_CUTOFF']}) * ((raw - last_raw)" in page
    assert f"f        = {told['MIN_CUTOFF']} + {told['BETA']} * |velocity|" in page


def test_the_page_is_tested_with_what_the_filter_gives_now():
    golden = WEB / "tests" / "unit" / "smoothing-golden.json"
    smooth = one_euro.OneEuroFilter()
    for frame in json.loads(golden.read_text("utf-8")):
        found = smooth(frame["points"], frame["size"], frame["seconds"])
        np.testing.assert_allclose(found, frame["smoothed"], rtol=1e-6)


def test_the_page_is_tested_with_what_the_tracker_gives_now():
    unit = WEB / "tests" / "unit"
    made = runpy.run_path(str(unit / "make_tracking_golden.py"))["golden"]()
    held = json.loads((unit / "tracking-golden.json").read_text("utf-8"))
    assert held == json.loads(json.dumps(made)), "run make_tracking_golden.py"
