"""All recipes are valid; the paper's is the released code's."""

from __future__ import annotations

from pathlib import Path

import pytest

from handypose_tf.data import parse_source
from handypose_tf.training import load_config

pytestmark = pytest.mark.any_keras

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / "examples" / "configs"
RECIPES = sorted([*CONFIGS.glob("*.yaml"), *ROOT.glob("tools/weights/*.yaml")])


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_recipes_are_valid_and_name_their_data(path):
    config = load_config(path)
    for source in (*config.data.train, *config.data.validation):
        assert parse_source(source.source).path
    assert config.out.startswith("runs/")


@pytest.mark.parametrize("name", ["cmu_panoptic_paper", "mpii_nzsl_paper"])
def test_the_papers_recipe_is_that_of_the_released_code(name):
    config = load_config(CONFIGS / f"{name}.yaml")
    assert config.model.preset == "handypose_resnet101_released"
    assert (config.loss.kind, config.loss.sigma) == ("mse", 3.0)
    assert (config.loss.cutoff, config.loss.whole_pixels) == (0.0099, True)
    assert (config.optimizer.kind, config.optimizer.learning_rate) == ("adam", 1e-4)
    assert (config.schedule.factor, config.schedule.every) == (0.333, 13275)
    assert (config.epochs, config.batch_size) == (80, 8)
    assert config.data.crop_scale == 2.2
    assert config.augmentation == type(config.augmentation)()
