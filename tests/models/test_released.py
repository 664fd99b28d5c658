"""The released heads against the released code's own outputs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from golden import golden_picture, golden_state

from handypose_tf.errors import ModelError
from handypose_tf.models.presets import RELEASED_HEADS
from handypose_tf.models.released import build_released


@cache
def state(folder: Path, head: str):
    return golden_state(folder / "golden", head)


@pytest.mark.shared
@pytest.mark.parametrize("size", [128, pytest.param(368, marks=pytest.mark.slow)])
@pytest.mark.parametrize("head", RELEASED_HEADS)
def test_parity(shared_dir, head, size):
    """Required: 1e-4 of the golden output's standard deviation; measured: 8.1e-6."""
    model = build_released(state(shared_dir, head), head, image_size=size)
    found = np.asarray(model(golden_picture(size))["heatmaps"]).transpose(0, 3, 1, 2)
    golden = np.load(shared_dir / "golden" / f"{head}.npz")[f"heatmaps_{size}"]
    assert found.shape == golden.shape
    assert np.abs(found - golden).max() / golden.std() <= 2e-5


def test_an_unknown_head():
    with pytest.raises(ValueError, match=r"`head` must be one of .*wasp_v2.*'wasp_v9'"):
        build_released({}, "wasp_v9")


@pytest.mark.shared
@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            lambda s: s.pop("wasp.conv1.weight"),
            r"f\.pth does not fit: missing wasp\.conv1\.weight$",
        ),
        (
            lambda s: s.update({"head.weight": np.zeros(3)}),
            r"f\.pth does not fit: unexpected head\.weight$",
        ),
        (
            lambda s: s.update({"backbone.conv1.weight": np.zeros((64, 147))}),
            r"backbone\.conv1\.weight has shape \(64, 147\), expected 4 axes",
        ),
    ],
)
def test_keys_that_do_not_fit_are_listed(shared_dir, change, text):
    changed = dict(state(shared_dir, "wasp_v2"))
    change(changed)
    with pytest.raises(ModelError, match=text):
        build_released(changed, "wasp_v2", source="f.pth")


@pytest.mark.shared
def test_misshapen_arrays_are_listed(shared_dir):
    changed = dict(state(shared_dir, "wasp_v2"))
    changed["wasp.bn1.weight"] = np.ones(7, np.float32)
    changed["backbone.conv1.weight"] = np.zeros((64, 4, 7, 7), np.float32)
    text = r"conv1 has shapes .*7, 7, 4, 64.* waterfall_merge_norm has shapes \[\(7,\)"
    with pytest.raises(ModelError, match=text):
        build_released(changed, "wasp_v2", image_size=64)


@pytest.mark.shared
def test_another_head_s_checkpoint_is_refused_with_the_rest_counted(shared_dir):
    with pytest.raises(ModelError, match=r"does not fit: .*; and \d+ more$"):
        build_released(state(shared_dir, "wasp_v1"), "multi_level_waterfall")
