"""Learning rates by hand, and what optimisers are made of."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tensorflow import keras

from handypose_tf.errors import MissingExtraError, ModelError
from handypose_tf.training.config import OptimizerConfig, ScheduleConfig
from handypose_tf.training.optimizers import (
    build_optimizer,
    build_schedule,
    fitting_warmup,
)


def test_the_released_schedule_falls_by_a_third_every_13275_steps():
    schedule = build_schedule(ScheduleConfig(kind="steps"), 1e-4, 10**6)
    rates = [float(schedule(step)) for step in (0, 13274, 13275, 26550)]
    expected = [1e-4, 1e-4, 1e-4 * 0.333, 1e-4 * 0.333**2]
    assert rates == pytest.approx(expected, rel=1e-5)


def test_the_cosine_warms_up_and_ends_at_zero():
    schedule = build_schedule(ScheduleConfig(warmup_steps=10), 1.0, 110)
    rates = [float(schedule(step)) for step in (0, 5, 10, 35, 60, 110)]
    quarter = (1 + math.cos(math.pi / 4)) / 2
    assert rates == pytest.approx([0.1, 0.55, 1.0, quarter, 0.5, 0.0], abs=1e-5)
    assert float(build_schedule(ScheduleConfig(), 1.0, 100)(50)) == pytest.approx(0.5)
    assert build_schedule(ScheduleConfig(kind="constant"), 0.5, 9) == 0.5


@pytest.mark.parametrize(
    ("warmup", "num_steps", "fitting"),
    [(200, 120, 12), (9, 9, 0), (60, 120, 60), (61, 120, 12), (0, 5, 0)],
)
def test_a_warm_up_that_is_long_for_the_run_is_a_tenth_of_it(
    warmup, num_steps, fitting
):
    config = ScheduleConfig(warmup_steps=warmup)
    assert fitting_warmup(config, num_steps) == fitting
    assert float(build_schedule(config, 1.0, num_steps)(fitting)) == pytest.approx(1)


def step(config, value=1.0, gradient=0.0):
    """Return a variable after one step of gradient 0: decay alone moves it."""
    optimizer = build_optimizer(config, 0.1)
    image = keras.Input((1,))
    model = keras.Model(image, keras.layers.Dense(1, name="d")(image))
    model.set_weights([np.full((1, 1), value), np.full((1,), value)])
    optimizer.build(model.trainable_variables)
    gradients = [
        np.full(v.shape, gradient, np.float32) for v in model.trainable_variables
    ]
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return [float(array.reshape(-1)[0]) for array in model.get_weights()]


def test_biases_are_not_decayed():
    kernel, bias = step(OptimizerConfig(kind="adamw", weight_decay=0.5))
    assert kernel == pytest.approx(1 - 0.1 * 0.5)
    assert bias == 1.0


def test_gradients_are_clipped_together():
    config = OptimizerConfig(kind="sgd", momentum=0.0, clip_norm=1.0)
    moved = step(config, gradient=100.0)
    assert moved == pytest.approx([1 - 0.1 / math.sqrt(2)] * 2, rel=1e-5)


def test_options_reach_the_constructor():
    config = OptimizerConfig(kind="adam", options={"beta_1": 0.5}, ema=0.9)
    made = build_optimizer(config, 0.1).get_config()
    assert (made["beta_1"], made["use_ema"], made["ema_momentum"]) == (0.5, True, 0.9)
    with pytest.raises(ModelError, match=r"optimizer adam: .*nonsense"):
        build_optimizer(OptimizerConfig(kind="adam", options={"nonsense": 1}), 0.1)


def test_addons_are_asked_for_by_name():
    config = OptimizerConfig(kind="tfa:RectifiedAdam", clip_norm=1.0)
    try:
        import tensorflow_addons  # noqa: F401
    except ImportError:
        with pytest.raises(MissingExtraError, match=r"handypose-tf\[addons\]"):
            build_optimizer(config, 0.1)
        return
    assert type(build_optimizer(config, 0.1)).__name__ == "RectifiedAdam"
