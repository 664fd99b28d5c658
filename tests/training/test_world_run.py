"""Runs that train the encoder under heads for three dimensions."""

from __future__ import annotations

import json
from pathlib import Path

import layouts
import numpy as np
import pytest
import tiny
from small_models import SMALL, scatter_weights

from handypose_tf.data import open_source
from handypose_tf.data.pipeline import HandPipeline
from handypose_tf.export.demo_crops import demo_crops
from handypose_tf.models import handypose, load_model, save_model
from handypose_tf.tasks import PoseTask, world_heads
from handypose_tf.tasks.world_heads import WORLD_HEADS, fit_world_heads
from handypose_tf.training import build_config, train

PRESET = "handypose_mediapipe_lite"


def build():
    model = handypose(PRESET, image_size=64, overrides=SMALL, presence=True, world=True)
    model.describe(trained=True)
    scatter_weights(model)
    return model


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """The model that training goes on with, and its file."""
    tiny.add_backbone()
    model = build()
    return model, save_model(model, tmp_path_factory.mktemp("start") / "a.keras")


@pytest.fixture(autouse=True, scope="module")
def few_crops():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit_world_heads, "__defaults__", (96,))
        yield


def settings(start, hands: str, out: Path, frozen: str = "stem"):
    model = {"preset": PRESET, "overrides": SMALL, "weights": str(start[1])}
    model |= {"presence": True, "frozen": frozen}
    return tiny.settings(hands, out, model=model, epochs=2)


def heads(model) -> list[np.ndarray]:
    return [w for name in WORLD_HEADS for w in model.get_layer(name).get_weights()]


def same(first: list[np.ndarray], second: list[np.ndarray]) -> bool:
    return all(map(np.array_equal, first, second))


@pytest.fixture(scope="module")
def finished(start, hands, tmp_path_factory):
    """A run of two epochs, the first its best, that was killed when one was finished.

    With the heads of each model that was to be finished.
    """
    found: list[list[np.ndarray]] = []
    own = PoseTask.finish

    def finish(task, model):
        found.append(heads(model))
        if len(found) == 2:
            raise KeyboardInterrupt
        return own(task, model)

    config = build_config(settings(start, hands, tmp_path_factory.mktemp("run") / "a"))
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PoseTask, "finish", finish)
        patch.setattr(PoseTask, "score", lambda _, row: -abs(row["epoch"] - 1))
        with pytest.raises(KeyboardInterrupt):
            train(config, note=lines.append)
        result = train(config, resume=True)
    assert not any("keypoints_3d" in line for line in lines)
    return result, found


def test_no_loss_teaches_them(finished, start):
    """The last and the best, twice: the killed run had saved neither's state."""
    result, found = finished
    assert result.best_epoch == 1 and len(found) == 4
    assert all("val_pck" in row for row in result.history)
    assert all(same(each, heads(start[0])) for each in found)


@pytest.mark.parametrize("name", ["best", "last"])
def test_they_say_of_the_trained_encoder_what_they_said(finished, start, name):
    crops = demo_crops((64, 64)).astype(np.float32)
    expected = start[0](crops, training=False)["world"].numpy()
    model = load_model(getattr(finished[0], name))
    fitted = model(crops, training=False)["world"].numpy()
    for head in WORLD_HEADS:
        model.get_layer(head).set_weights(start[0].get_layer(head).get_weights())
    unfitted = model(crops, training=False)["world"].numpy()
    assert np.abs(fitted - expected).mean() < 0.5 * np.abs(unfitted - expected).mean()


def test_an_encoder_as_it_was_needs_no_look(start, hands, tmp_path, monkeypatch):
    task = PoseTask(build_config(settings(start, hands, tmp_path, frozen="deepest")))
    model = task.build()
    taught = {layer.name for layer in model.layers if layer.trainable_weights}
    assert "heatmaps" in taught and not taught & {*WORLD_HEADS}
    monkeypatch.setattr(HandPipeline, "samples", None)
    assert not task.finish(model) and same(heads(model), heads(start[0]))


def test_other_keypoints_leave_them_out(start, tmp_path):
    folder = layouts.write_coco(tmp_path / "data", count=4)
    names = [f"point {number}" for number in range(21)]

    def edit(content):
        content["categories"][0]["keypoints"] = names

    layouts.edit_json(folder / "annotations.json", edit)
    source = f"coco:{folder}/annotations.json"
    task = PoseTask(build_config(settings(start, source, tmp_path / "run")))
    model = task.build()
    assert not model.description.world and not task.finish(model)
    assert task.notes[-1].startswith("keypoints_3d are left out")


def trained():
    """Return the start with a trained encoder: its features are larger."""
    model = build()
    layer = model.get_layer("top_depthwise")
    layer.set_weights([1.3 * values for values in layer.get_weights()])
    return model


def crops(source: str, model) -> HandPipeline:
    return HandPipeline.for_model(model, open_source(source), 1)


def test_fitting_twice_is_fitting_once(start, some_hands):
    model, hands = trained(), crops(some_hands(4), start[0])
    fits = fit_world_heads(model, start[0], hands)
    once = heads(model)
    assert fits.keys() == {*WORLD_HEADS} and not same(once, heads(start[0]))
    assert all(fit.after < 0.5 * fit.before for fit in fits.values())
    assert fit_world_heads(model, start[0], hands) == fits
    assert same(heads(model), once)


def test_places_without_a_hand_are_passed_over(start, tmp_path):
    """Their pictures are not even read."""
    folder = layouts.write_coco(tmp_path, count=6)
    file = folder / "annotations.json"
    content = json.loads(file.read_text("utf-8"))
    for place in content["annotations"][::2]:
        place["no_hand"] = True
    file.write_text(json.dumps(content), "utf-8")
    hands = crops(f"coco:{file}", start[0])
    assert len(hands.records) == 6
    for number in (0, 2, 4):
        (folder / "images" / f"{number}.jpg").unlink()
    assert fit_world_heads(trained(), start[0], hands).keys() == {*WORLD_HEADS}


def test_one_hand_does_not_tell_whether_it_helps(start, some_hands):
    model = trained()
    assert fit_world_heads(model, start[0], crops(some_hands(1), start[0])) == {}
    assert same(heads(model), heads(start[0]))


def test_heads_that_fit_no_better_stay(start, some_hands, monkeypatch):
    ridge = world_heads._ridge
    monkeypatch.setattr(world_heads, "_ridge", lambda *given: -ridge(*given))
    model = trained()
    fits = fit_world_heads(model, start[0], crops(some_hands(4), start[0]))
    assert all(fit.after == fit.before > 0 for fit in fits.values())
    assert same(heads(model), heads(start[0]))
