"""Whole runs with tensorflow-addons' optimisers, where it is installed."""

from __future__ import annotations

import numpy as np
import pytest
import tiny

from handypose_tf.errors import ModelError
from handypose_tf.models import load_model
from handypose_tf.training import build_config, train

pytest.importorskip("tensorflow_addons")

#: Kind to further keys of `optimizer`.
OPTIMIZERS = {
    "RectifiedAdam": {"weight_decay": 0.01, "clip_norm": 1.0},
    "Lookahead": {"options": {"optimizer": "RectifiedAdam", "sync_period": 4}},
    "SWA": {"options": {"optimizer": "Adam", "average_period": 2}},
}


@pytest.fixture(autouse=True)
def backbone():
    tiny.add_backbone()


def configure(hands, out, kind, **changes):
    optimizer = {"kind": f"tfa:{kind}", "learning_rate": 0.01, **OPTIMIZERS[kind]}
    return build_config(
        tiny.settings(
            hands, out, optimizer=optimizer, schedule={"kind": "constant"}, **changes
        )
    )


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_a_resumed_run_learns_as_the_whole_one(kind, hands, tmp_path):
    result = train(configure(hands, tmp_path / "a", kind, epochs=2))
    whole = result.history
    assert whole[1]["loss"] < 0.995 * whole[0]["loss"]
    assert whole[1]["val_loss"] < whole[0]["val_loss"]
    train(configure(hands, tmp_path / "b", kind, epochs=1))
    config = configure(hands, tmp_path / "b", kind, epochs=2)
    resumed = train(config, resume=True).history
    for name in ("loss", "val_loss"):
        found = [row[name] for row in resumed]
        assert found == pytest.approx([row[name] for row in whole], rel=1e-5), name
    is_averaged = difference(result.last, tmp_path / "a" / "state.npz") > 0
    assert is_averaged == (kind == "SWA")


def difference(model, state) -> float:
    """Return how far a model's first weights are from those of the state."""
    saved = load_model(model).variables[0].numpy()
    with np.load(state) as file:
        return float(np.abs(saved - file["00000"]).max())


def test_before_its_first_average_a_wrapper_leaves_the_weights(hands, tmp_path):
    options = {"optimizer": "Adam", "start_averaging": 1000}
    settings = tiny.settings(hands, tmp_path, epochs=1)
    settings["optimizer"] = {"kind": "tfa:SWA", "options": options}
    result = train(build_config(settings))
    assert difference(result.last, tmp_path / "state.npz") == 0


def test_what_an_optimiser_does_not_take_is_named(hands, tmp_path):
    settings = tiny.settings(hands, tmp_path)
    settings["optimizer"] = {"kind": "tfa:RectifiedAdam", "ema": 0.9}
    with pytest.raises(ModelError, match=r"optimizer tfa:RectifiedAdam: .*ema"):
        train(build_config(settings))
