"""The golden film is what Python gives now, and tells what its page says."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def golden_film():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "tools"))
        patch.delitem(sys.modules, "golden_film", raising=False)
        import golden_film
    return golden_film


@pytest.fixture(scope="module")
def golden(golden_film):
    return json.loads(golden_film.TARGET.read_text("utf-8"))


@pytest.fixture(scope="module")
def now(golden_film):
    return json.loads(json.dumps(golden_film.golden_film()))


def test_it_is_small(golden_film):
    assert golden_film.TARGET.stat().st_size < 1_000_000


def test_the_models_are_those_that_ship(golden, now):
    assert golden["models"] == now["models"], "run tools/golden_film.py"


def test_the_film_is_drawn_as_it_says(golden_film, golden):
    """Read as a port reads it: the cut-outs from their PNGs, pasted pixel by pixel."""
    cut = golden_film.sprites()
    for name, png in golden["sprites"].items():
        coded = np.frombuffer(base64.b64decode(png), np.uint8)
        found = cv2.imdecode(coded, cv2.IMREAD_UNCHANGED)[..., [2, 1, 0, 3]]
        seen = found[..., 3] > 0
        assert (found[seen] == cut[name][seen]).all()
    assert [frame["shown"] for frame in golden["frames"]] == golden_film.script()
    frame = golden_film.draw(cut, [])
    assert frame.shape == (golden["height"], golden["width"], 3)
    assert frame[0, 0, 0] == golden["background"]["top"]
    assert frame[239, 5, 1] == 96 + 239 // 4


def test_hands_are_what_python_finds_now(golden, now):
    tolerances = golden["tolerances"]
    distances: list[float] = []
    for index, (held, found) in enumerate(
        zip(golden["frames"], now["frames"], strict=True)
    ):
        place = f"frame {index}; if that is meant: run tools/golden_film.py"
        ids = [hand["id"] for hand in held["hands"]]
        assert ids == [hand["id"] for hand in found["hands"]], place
        for hand, other in zip(held["hands"], found["hands"], strict=True):
            assert abs(hand["score"] - other["score"]) < tolerances["score"], place
            for kind in ("raw", "smoothed"):
                apart = np.linalg.norm(np.subtract(hand[kind], other[kind]), axis=1)
                assert apart.max() < tolerances["farthest_px"], place
                distances += apart.tolist()
    is_near = np.array(distances) < tolerances["keypoints_px"]
    assert is_near.mean() > tolerances["share"], "run tools/golden_film.py"


def test_it_has_what_a_tracker_must_do(golden):
    ids = [[hand["id"] for hand in frame["hands"]] for frame in golden["frames"]]
    assert ids[:20] == [[1, 2]] * 20
    [stays] = ids[26]  # which of the two is number 1, their first scores decide
    goes = 3 - stays
    assert ids[27] == [stays, goes]  # back within the patience
    assert ids[50] == [goes] and ids[74] == [goes, 3]  # back too late
    looked = [len(frame["regions"]) for frame in golden["frames"]]
    assert looked[0] == 0 and looked[22] == 2  # a lost hand is looked for, too
    searched = [i for i, f in enumerate(golden["frames"]) if f["found"] is not None]
    assert searched == [0, 10, 20, 30, 40, 50, 60, 70]
