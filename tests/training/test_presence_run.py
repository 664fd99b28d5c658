"""A run of a tiny network that also learns what is no hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tiny

from handypose_tf.models import load_model
from handypose_tf.tasks import open_task
from handypose_tf.training import build_config, train


def test_places_without_a_hand_teach_the_head(hands, tmp_path):
    tiny.add_backbone()
    original = Path(hands.partition(":")[2])
    content = json.loads(original.read_text())
    for annotation in content["annotations"][::3]:
        annotation["no_hand"] = True
    path = tmp_path / "places.json"
    path.write_text(json.dumps(content))
    source = [{"source": f"coco:{path}", "images": str(original.parent / "images")}]
    config = tiny.settings(
        "",
        tmp_path / "run",
        data={"train": source, "validation": source, "num_threads": 2},
        model={**tiny.MODEL, "presence": True},
        loss={"kind": "weighted", "presence_weight": 0.05},
        epochs=1,
    )
    finished = train(build_config(config))
    [row] = finished.history
    assert 0 <= row["val_presence"] <= 1
    weighted = row["val_heatmaps_loss"] + 0.05 * row["val_presence_loss"]
    assert row["val_loss"] == pytest.approx(weighted, rel=1e-4)
    model = load_model(finished.last)
    assert model.has_presence and model.metadata().presence
    bias = model.get_layer("presence").get_weights()[1]
    assert np.abs(bias).max() > 1e-4  # it begins at 0


def test_heads_that_the_validation_cannot_tell_of_have_no_figure(hands, tmp_path):
    tiny.add_backbone()
    model = {**tiny.MODEL, "presence": True, "handedness": True}
    task = open_task(build_config(tiny.settings(hands, tmp_path / "run", model=model)))
    assert [*task.metrics(task.build())] == ["heatmaps"]
