"""Heads for metres are put on a trained model, and fitted to its encoder."""

import sys
from pathlib import Path

import layouts
import numpy as np
import pytest
from small_models import SMALL, scatter_weights

from handypose_tf.models import handypose

SCRIPTS = Path(__file__).parents[2] / "tools" / "weights"


@pytest.fixture
def graft(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    monkeypatch.delitem(sys.modules, "graft", raising=False)
    import graft

    monkeypatch.setattr(graft, "published", lambda trained, **heads: build(**heads))
    monkeypatch.setattr(graft, "CROPS", 96)
    return graft


def build(world: bool = False):
    """Return a small model, whose weights do not depend on these heads."""
    model = handypose(
        "handypose_mediapipe_lite", image_size=64, overrides=SMALL, world=True
    )
    scatter_weights(model)
    if world:
        return model
    plain = model.rebuilt(world=False)
    for layer in plain.layers:
        layer.set_weights(model.get_layer(layer.name).get_weights())
    return plain


def test_an_encoder_as_published_takes_the_heads_as_they_are(graft):
    found = graft.add_world(build())
    for own, theirs in zip(found.get_weights(), build(True).get_weights(), strict=True):
        np.testing.assert_array_equal(own, theirs)


def test_a_trained_encoder_has_them_fitted(graft, tmp_path, capsys):
    trained = build()
    layer = trained.get_layer("top_depthwise")
    layer.set_weights([1.3 * values for values in layer.get_weights()])
    with pytest.raises(SystemExit, match="with --hands"):
        graft.add_world(trained)
    folder = layouts.write_coco(tmp_path, count=6)
    for name in ("all", "people_photos"):
        layouts.write_json(folder / "train" / f"{name}.json", layouts.coco_content(6))
    # Pictures are named from the folder that is given.
    (folder / "images").rename(folder / "hidden")
    for picture in (folder / "hidden").iterdir():
        picture.rename(folder / picture.name)
    graft.add_world(trained, folder)
    told = capsys.readouterr().out.split()
    for name in ("depth:", "world:"):
        place = told.index(name)
        before, after = float(told[place + 3].rstrip(",")), float(told[place + 5])
        assert after < 0.5 * before
