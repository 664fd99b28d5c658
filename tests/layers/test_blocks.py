"""The waterfalls and the decoder: one contract, and the numbers of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from contract import (
    Shape,
    as_one_layer,
    check_configuration,
    check_gradients,
    check_round_trip,
    check_shape,
    count,
    inlined,
    make_inputs,
    one_or_all,
    run,
)
from tensorflow import keras

from handypose_tf.layers import (
    MultiLevelFusion,
    MultiLevelWaterfall,
    Waterfall,
    WaterfallV2,
)

DEEPEST: list[Shape] = [(2, 4, 6, 5)]
LEVELS: list[Shape] = [(2, 16, 24, 3), (2, 8, 12, 4), (2, 4, 6, 7), (2, 4, 6, 5)]
FIRST: list[Shape] = [LEVELS[0], LEVELS[3]]
PROJECTED: list[Shape] = [(2, 16, 24, 2), (2, 8, 12, 2), (2, 4, 6, 2), (2, 4, 6, 5)]


class Case(NamedTuple):
    make: Callable[..., keras.layers.Layer]
    shapes: list[Shape]
    output: Shape
    #: Trainable weights, added up by hand: every batch norm has two a channel.
    trainable: int


RATES = (1, 2, 3, 4)
WET = {"filters": 8, "rates": RATES}

#: 1x1 of the deepest and three 3x3, pooled branch, merge of five times eight channels.
WASP_V2 = 5 * 8 + 3 * 9 * 64 + 4 * 16 + 5 * 8 + 16 + 40 * 8 + 16
#: Each level has a 1x1 to two channels, each 3x3 two input channels more.
MULTI = WASP_V2 + (3 + 4 + 7) * 2 + 3 * 4 + 3 * 9 * 2 * 8
DECODER = (3 + 4 + 7) * 2 + 3 * 4 + 9 * (5 + 3 * 2) * 8 + 16 + 9 * 64 + 16

CASES = {
    "wasp_v2": Case(
        lambda **k: WaterfallV2(**WET, **k), DEEPEST, (2, 4, 6, 8), WASP_V2
    ),
    "wasp_v2_separable": Case(
        lambda **k: WaterfallV2(**WET, separable=True, relu="relu6", **k),
        DEEPEST,
        (2, 4, 6, 8),
        WASP_V2 - 3 * 9 * 64 + 3 * (9 * 8 + 16 + 64),
    ),
    "wasp_v1": Case(
        lambda **k: Waterfall(**WET, **k), DEEPEST, (2, 4, 6, 8), WASP_V2 + 64
    ),
    "multi_level": Case(
        lambda **k: MultiLevelWaterfall(**WET, reduction=2, **k),
        LEVELS,
        (2, 4, 6, 8),
        MULTI,
    ),
    "multi_level_released": Case(
        lambda **k: MultiLevelWaterfall(
            **WET, reduction=2, shared_norm=True, align_corners=True, **k
        ),
        LEVELS,
        (2, 4, 6, 8),
        MULTI - 2 * 4,
    ),
    "decoder": Case(
        lambda **k: MultiLevelFusion(8, 2, **k), LEVELS, (2, 8, 12, 8), DECODER
    ),
    "decoder_kept": Case(
        lambda **k: MultiLevelFusion(
            8, 2, first_level="keep", separable=True, relu="relu6", dropout=(0, 0), **k
        ),
        LEVELS,
        (2, 16, 24, 8),
        DECODER - 9 * (11 + 8) * 8 + (9 + 8 + 2) * (11 + 8),
    ),
    "decoder_first": Case(
        lambda **k: MultiLevelFusion(8, 2, levels="first", **k),
        FIRST,
        (2, 8, 12, 8),
        DECODER - (4 + 7) * 2 - 2 * 4 - 9 * 2 * 2 * 8,
    ),
    "decoder_released": Case(
        lambda **k: MultiLevelFusion(8, levels="released", align_corners=True, **k),
        PROJECTED,
        (2, 8, 12, 8),
        DECODER - (3 + 4 + 7) * 2 - 3 * 4,
    ),
    "decoder_resized": Case(
        lambda **k: MultiLevelFusion(
            8, 2, first_level="resize", shared_norm=True, align_corners=True, **k
        ),
        LEVELS,
        (2, 8, 12, 8),
        DECODER - 2 * 4,
    ),
}

every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@every_case
def test_shapes_and_weights(case: Case):
    layer = case.make()
    check_shape(layer, case.shapes)
    assert layer(one_or_all(make_inputs(case.shapes))).shape == case.output
    assert count(layer) == case.trainable


@every_case
def test_configuration(case: Case):
    check_configuration(case.make(name="block"))


@every_case
def test_one_layer_and_inlined_are_the_same_network_and_both_save(case, tmp_path):
    layer = case.make(name="block")
    whole, flat = as_one_layer(layer, case.shapes), inlined(layer, case.shapes)
    values = make_inputs(case.shapes)
    np.testing.assert_allclose(run(whole, values), run(flat, values), atol=1e-6)
    check_round_trip(whole, values, tmp_path)
    check_round_trip(flat, values, tmp_path)


@every_case
def test_two_inlined_blocks_do_not_collide(case: Case):
    inputs = [keras.Input(shape[1:]) for shape in case.shapes]
    blocks = [case.make(name=name) for name in ("left", "right")]
    outputs = [block.call(one_or_all(inputs)) for block in blocks]
    model = keras.Model(inputs, outputs)
    assert count(model) == 2 * case.trainable
    for layer in model.layers:
        if layer.weights:
            assert layer.name.startswith(("left_", "right_"))


@every_case
def test_every_weight_learns(case: Case):
    check_gradients(case.make(), case.shapes)


@every_case
def test_mixed_precision(case: Case, mixed_float16):
    layer = case.make()
    values = layer(one_or_all(make_inputs(case.shapes)), training=True)
    assert values.dtype == "float16" and np.isfinite(values).all()
    assert all(np.asarray(weight).dtype == np.float32 for weight in layer.weights)


@every_case
def test_a_block_keeps_its_own_policy(case: Case, tmp_path):
    layer = case.make(dtype="mixed_float16", name="block")
    model = as_one_layer(layer, case.shapes)
    assert run(model, make_inputs(case.shapes)).dtype == np.float16
    check_round_trip(model, make_inputs(case.shapes), tmp_path)


@every_case
def test_dropout_acts_in_training_alone(case: Case):
    layer, values = case.make(), one_or_all(make_inputs(case.shapes))
    quiet = [np.asarray(layer(values, training=False)) for _ in range(2)]
    np.testing.assert_array_equal(*quiet)


def test_weights_of_the_paper_s_blocks():
    """FACTS' widths: steps of 256, levels of 48, 400 channels into the decoder."""
    shapes = [(1, 8, 8, 256), (1, 4, 4, 512), (1, 2, 2, 1024), (1, 2, 2, 2048)]
    levels = (256 + 512 + 1024) * 48
    waterfall = MultiLevelWaterfall()
    waterfall(make_inputs(shapes))
    steps = 2048 * 256 + 3 * 9 * (256 + 48) * 256 + 2048 * 256 + 5 * 256 * 256
    assert count(waterfall) == levels + 3 * 96 + steps + 6 * 512
    decoder = MultiLevelFusion()
    decoder(make_inputs([*shapes[:3], (1, 2, 2, 256)]))
    convolutions = 9 * 400 * 256 + 9 * 256 * 256
    assert count(decoder) == levels + 3 * 96 + convolutions + 2 * 512


def test_wasp_v1_applies_its_shared_convolution_twice():
    layer = Waterfall(8, RATES, dropout=0.0)
    [values] = make_inputs(DEEPEST)
    before = np.asarray(layer(values))
    kernel = np.asarray(layer.shared.weights[0])
    assert kernel.shape == (1, 1, 8, 8)
    layer.shared.set_weights([-kernel])
    np.testing.assert_allclose(layer(values), before, atol=1e-6)


def test_the_cascade_feeds_each_step_with_the_one_before():
    layer = WaterfallV2(8, RATES)
    [values] = make_inputs(DEEPEST)
    layer(values)
    before = [np.asarray(step) for step in layer.cascade(values)]
    convolution = layer.step2[0]
    convolution.set_weights([-weight for weight in convolution.get_weights()])
    changed = [
        not np.allclose(step, old)
        for step, old in zip(layer.cascade(values), before, strict=True)
    ]
    assert changed == [False, True, True, True]


@pytest.mark.parametrize("rates", [(), (0, 6)])
def test_bad_rates(rates):
    with pytest.raises(ValueError, match=r"`rates` must be atrous rates >= 1\. Rec"):
        WaterfallV2(8, rates)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"levels": "all"}, r"`levels` must be one of .*figure.*Received: 'all'"),
        ({"first_level": "pool"}, r"`first_level` must be one of .*Received: 'pool'"),
        ({"relu": "gelu"}, r"`activation` must be one of .*relu6.*Received: 'gelu'"),
    ],
)
def test_bad_arguments_of_the_decoder(arguments, text):
    with pytest.raises(ValueError, match=text):
        MultiLevelFusion(8, **arguments)


@pytest.mark.parametrize("layer", [MultiLevelWaterfall(8, RATES), MultiLevelFusion(8)])
def test_the_wrong_number_of_levels(layer):
    with pytest.raises(ValueError, match=r"takes a list of 3 backbone levels .* 2"):
        layer.call(make_inputs(FIRST))
    with pytest.raises(ValueError, match="Received: one tensor"):
        layer.call(make_inputs(DEEPEST)[0])


def test_the_wrong_number_of_levels_to_project():
    with pytest.raises(ValueError, match=r"4 rates and takes one level less.* 2 l"):
        MultiLevelWaterfall(8, RATES, name="w").project_levels(make_inputs(FIRST))
