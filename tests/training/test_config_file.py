"""Configuration files: what is taken, and how wrong keys and values are named."""

from __future__ import annotations

import re

import pytest

from handypose_tf.errors import ModelError
from handypose_tf.training import build_config, load_config

pytestmark = pytest.mark.any_keras

SMALL = "out: run\ndata:\n  train:\n  - source: coco:/data/hands\n"


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "config.yaml"
        path.write_text(text)
        return path

    return write


def test_defaults_fill_what_is_not_said(write):
    config = load_config(write(SMALL))
    assert config.data.train[0].source == "coco:/data/hands"
    assert (config.batch_size, config.strategy) == (32, "one")
    assert config.augmentation.rotation == 0


def test_the_home_is_meant_by_a_tilde(write, monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    text = SMALL.replace("out: run", "out: ~/runs/a")
    config = load_config(
        write(text), ["data.backgrounds=~/photos", "model.weights=a~b.keras"]
    )
    assert config.out == "/home/me/runs/a"
    assert config.data.backgrounds == "/home/me/photos"
    assert config.model.weights == "a~b.keras"


def test_overrides_reach_into_parts_and_lists(write):
    overrides = [
        "optimizer.learning_rate=1e-4", "data.train.0.weight=2", "model.frozen=level1",
        "data.validation=[{source: 'coco:/v'}]", "data.crop_scale=null",
    ]  # fmt: skip
    config = load_config(write(SMALL), overrides)
    assert config.optimizer.learning_rate == 1e-4
    assert config.data.train[0].weight == 2.0
    assert config.model.frozen == "level1"
    assert config.data.validation[0].source == "coco:/v"
    assert config.data.crop_scale is None


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("optimizer.lerning_rate=1", "did you mean optimizer.learning_rate?"),
        ("augmentation.rotaton=1", "did you mean augmentation.rotation?"),
        ("zzz=1", "unknown key zzz; known: batch_size, seed, out"),
        ("data.train.0.sorce=x", "did you mean data.train.0.source?"),
        ("epochs=many", "epochs must be a whole number. Received: 'many'"),
        ("epochs=1.5", "epochs must be a whole number"),
        ("epochs=true", "epochs must be a whole number"),
        ("tensorboard=1", "tensorboard must be true or false"),
        ("optimizer.ema=x", "optimizer.ema must be a number"),
        ("epochs=0", "`epochs` must be positive"),
        ("data.train=[]", "data: `train` must name at least one data set"),
        ("data.train=x", "data.train must be a list"),
        ("model.overrides=3", "model.overrides must hold keys"),
        ("model.frozen=level9", "`frozen` must be one of"),
        ("optimizer.kind=adm", "`kind` must be one of"),
        ("optimizer.kind=null", "optimizer.kind must be text"),
        ("optimizer.clip_norm=0", "`clip_norm` must be positive. Received: 0"),
        ("optimizer.clip_norm=.nan", "optimizer.clip_norm must be a number"),
        ("loss.foreground_weight=.inf", "loss.foreground_weight must be a number"),
        ("data.crop_scale=1e999", "crop_scale must be a number. Received: '1e999'"),
        ("task=[a]", "task must be one of ['pose', 'detector']. Received: ['a']"),
        ("seed=4294967296", "`seed` must be from 0 to 2^32 - 1. Received: 4294967296"),
        ("model.image_size=0", "`image_size` must be from 32 to 1024 pixels. Received"),
        ("model.image_size=8", "`image_size` must be from 32 to 1024 pixels. Received"),
        ("model.image_size=19200", "must be from 32 to 1024 pixels. Received: 19200"),
        ("data.crop_scale=125", "`crop_scale` must be from 0.5 to 10, times the box's"),
        ("model.preset=handypose_lit0", "did you mean 'handypose_lite0'?"),
        ("out=' '", "`out` must name a folder"),
        ("data.train=[coco:a.json]", "data.train.0 must hold keys (source, weight, "),
        ("optimizer.weight_decay=-1", "`weight_decay` must be from 0 to 1"),
        ("optimizer.momentum=9", "`momentum` must be from 0 to 1. Received: 9"),
        ("schedule.warmup_steps=-1", "`warmup_steps` must be 0 or more"),
        ("augmentation.mirror=2", "augmentation: `mirror` must be a number"),
        ("augmentation=3", "augmentation must hold keys"),
        ("data.train.7.source=x", "there is no such place"),
        ("epochs.a=1", "there is no such place"),
        ("epochs", "write KEY.KEY=VALUE"),
        ("epochs=[", "the value is no YAML"),
    ],
)  # fmt: skip
def test_mistakes_are_named(write, override, message):
    text = SMALL + "epochs: 3\n"
    with pytest.raises(ModelError, match=re.escape(message)) as caught:
        load_config(write(text), [override])
    assert "\n" not in str(caught.value)


def test_files_that_are_none(tmp_path, write):
    with pytest.raises(ModelError, match=r"absent.yaml: cannot read: No such file"):
        load_config(tmp_path / "absent.yaml")
    with pytest.raises(ModelError, match="not a YAML file"):
        load_config(write("a: ["))
    with pytest.raises(ModelError, match="holds no `key: value` lines"):
        load_config(write("- a"))
    with pytest.raises(ModelError, match="the key out is missing"):
        load_config(write("epochs: 3"))
    with pytest.raises(ModelError, match=r"the key data.train is missing"):
        build_config({"out": "a", "data": {}})


def test_a_key_must_be_a_word(write):
    with pytest.raises(ModelError, match=r"not a YAML file: .*a key must be a word"):
        load_config(write(f"? [a, b]\n: 1\n{SMALL}"))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f"{SMALL}epochs: 3\nepochs: 9\n", "epochs"),
        (f"a: {{b: 1, b: 2}}\n{SMALL}", "b"),
    ],
)
def test_a_key_that_comes_twice_is_refused(write, text, key):
    with pytest.raises(ModelError, match=f"the key {key} comes twice .* line") as told:
        load_config(write(text))
    assert "\n" not in str(told.value)


def test_yaml_s_own_merges_are_kept(write):
    text = SMALL + "loss: &a {sigma: 2, kind: mse}\n"
    text += "model: {preset: handypose_lite0, overrides: {a: {<<: *a, sigma: 1}}}\n"
    config = load_config(write(text))
    assert config.model.overrides == {"a": {"kind": "mse", "sigma": 1}}
