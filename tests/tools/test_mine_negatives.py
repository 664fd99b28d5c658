"""Places without a hand are far enough from every hand, and readers understand them."""

import sys
from pathlib import Path

import numpy as np
import pytest

from handypose_tf.data import open_source
from handypose_tf.images import write_image

SCRIPTS = Path(__file__).parents[2] / "tools" / "weights"


@pytest.fixture
def miner(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    monkeypatch.delitem(sys.modules, "mine_negatives", raising=False)
    import mine_negatives

    return mine_negatives


@pytest.mark.parametrize(
    ("hand", "free"),
    [
        ((200, 200, 40, 40), True),
        ((45, 45, 20, 20), False),
        ((86, 50, 100, 20), True),
        ((75, 50, 20, 20), False),
    ],
)
def test_a_place_is_free_if_no_hand_is_near(miner, hand, free):
    place = np.array([40.0, 40, 40, 40])
    assert miner.is_free(place, np.array([hand], float)) == free
    assert miner.is_free(place, np.zeros((0, 4)))


def test_places_are_read_as_no_hands(miner, tmp_path):
    write_image(tmp_path / "a.png", np.zeros((60, 80, 3), np.uint8))
    picture = miner.Picture("a.png", tmp_path / "a.png", np.zeros((0, 4)), True)
    places = [np.array([5.0, 6, 20, 20]), np.array([30.0, 10, 25, 20])]
    path = tmp_path / "train.json"
    miner.write_places(path, [(picture, ((60, 80), places))])
    records = open_source(f"coco:{path}", images=tmp_path).records()
    assert not any(record.is_hand for record in records)
    assert [record.box.tolist() for record in records] == [p.tolist() for p in places]
