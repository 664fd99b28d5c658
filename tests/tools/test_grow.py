"""A deeper network begins as the trained one it is grown from."""

import sys
from pathlib import Path

import numpy as np
import pytest

from handypose_tf.backbones.efficientnet_lite import stage_blocks
from handypose_tf.models import handypose

SCRIPTS = Path(__file__).parents[2] / "tools" / "weights"


@pytest.fixture
def grow(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    monkeypatch.delitem(sys.modules, "grow", raising=False)
    import grow

    return grow


def test_stages_name_every_block_once():
    for variant, count in ((0, 16), (1, 21), (2, 21)):
        names = [name for stage in stage_blocks(variant) for name in stage]
        assert names == [f"block{number}" for number in range(count)]


def test_the_grown_network_computes_the_same_and_learns_in_its_new_blocks(grow):
    small = handypose("handypose_lite0", image_size=64)
    large = handypose("handypose_lite1", image_size=64)
    grow.grow(small, large)
    image = np.random.default_rng(1).uniform(0, 255, (1, 64, 64, 3)).astype("float32")
    np.testing.assert_array_equal(small(image)["heatmaps"], large(image)["heatmaps"])
    layer = next(x for x in large.layers if x.name == "block4_project_norm")
    layer.gamma.assign(layer.gamma + 1)
    assert not np.allclose(small(image)["heatmaps"], large(image)["heatmaps"])
