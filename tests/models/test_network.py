from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_models import EFFICIENT, SMALL, heatmaps, my_backbone
from tensorflow import keras

from handypose_tf.errors import ModelError
from handypose_tf.hand import BONES, KEYPOINT_NAMES
from handypose_tf.litert.metadata import Decode
from handypose_tf.models import HandyPose, handypose
from handypose_tf.models.network import build_network
from handypose_tf.models.presets import DETECTORS, PRESETS

#: In place of a ResNet, where the head alone matters.
QUICK = {"backbone": {"name": "efficientnet_lite0"}}


def build_small(**arguments) -> HandyPose:
    overrides = {**SMALL, **arguments.pop("overrides", {})}
    arguments.setdefault("image_size", 64)
    return handypose("handypose_lite0", overrides=overrides, **arguments)


def test_output_and_what_the_model_knows(small_model):
    assert heatmaps(small_model).shape == (2, 16, 16, 21)
    assert small_model.image_size == (64, 64)
    assert small_model.stride == 4 and small_model.cell_offset == 1.5
    assert small_model.num_keypoints == 21
    network = small_model.description
    assert network.keypoint_names == KEYPOINT_NAMES and network.skeleton == BONES
    assert network.waterfall["filters"] == 8
    assert PRESETS["handypose_lite0"].model.waterfall["filters"] == 64


def test_the_graph_of_a_detector_is_drawn_by_the_same_function():
    network = DETECTORS["handypose_detector"].model.with_overrides(SMALL)
    _, outputs = build_network(replace(network, image_size=(64, 96)))
    assert {k: tuple(v.shape[1:]) for k, v in outputs.items()} == {"maps": (8, 12, 7)}


def test_a_picture_that_is_not_square():
    model = build_small(image_size=(64, 96))
    assert model.image_size == (64, 96)
    assert heatmaps(model).shape == (2, 16, 24, 21)
    points = np.asarray(model.decoder()(heatmaps(model)))
    assert points.shape == (2, 21, 3)


def test_the_same_weights_at_another_size():
    model = build_small(handedness=True)
    model.describe(trained=True, accuracy={"pck": 0.5}, calibration=[1.0, 0.0])
    larger = model.at_size((96, 128))
    assert larger.image_size == (96, 128) and larger.description.trained
    assert larger.description.decode.calibration == (1.0, 0.0)
    assert larger.description.accuracy == {}  # it was another size's
    for ours, theirs in zip(model.get_weights(), larger.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    picture = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 3)).astype("f")
    same = model.at_size(64)(picture)["heatmaps"]
    np.testing.assert_array_equal(model(picture)["heatmaps"], same)


def test_sizes_that_do_not_fit(small_model):
    with pytest.raises(ModelError, match=r"100 x 100 pixels .* multiples of 32"):
        small_model.at_size(100)
    own = handypose("handypose_lite0", overrides=SMALL, backbone=my_backbone())
    with pytest.raises(ModelError, match="your own"):
        own.at_size(96)


def test_limits_travel_with_the_model():
    model = build_small()
    assert model.metadata().decode.min_score is None
    model.describe(min_score=0.6, keep_score=0.4)
    decode = model.metadata().decode
    assert (decode.min_score, decode.keep_score) == (0.6, 0.4)


def test_a_head_for_the_side_is_an_option():
    plain = build_small(overrides=EFFICIENT)
    model = build_small(overrides=EFFICIENT, handedness=True)
    pictures = np.zeros((2, 64, 64, 3), np.float32)
    outputs = model(pictures)
    assert {k: tuple(v.shape) for k, v in outputs.items()} == {
        "heatmaps": (2, 16, 16, 21),
        "handedness": (2, 1, 1, 1),
    }
    assert model.has_handedness and not plain.has_handedness
    # 320 channels to 64 to 1, with biases.
    more = model.count_params() - plain.count_params()
    assert more == 320 * 64 + 64 + 64 + 1
    assert model.stride == 4 and model.decoder().get_config()["stride"] == 4


def test_other_points_than_the_hand_s():
    names = [f"corner_{i}" for i in range(5)]
    model = build_small(keypoint_names=names, skeleton=[(0, 1), (1, 2)])
    assert model.num_keypoints == 5 and heatmaps(model).shape[-1] == 5
    metadata = model.metadata()
    assert metadata.keypoint_names == tuple(names)
    assert metadata.skeleton == ((0, 1), (1, 2))


def test_a_pose_network_has_keypoints():
    with pytest.raises(ValueError, match="must name one at least"):
        build_small(keypoint_names=(), skeleton=())


@pytest.mark.parametrize(
    ("first_level", "stride"), [("keep", 4), ("max_pool", 8), ("resize", 8)]
)
def test_the_stride_follows_the_decoder(first_level, stride):
    overrides = {"decoder": {**SMALL["decoder"], "first_level": first_level}}
    model = build_small(overrides=overrides)
    assert model.stride == stride and model.cell_offset == (stride - 1) / 2
    assert heatmaps(model).shape == (2, 64 // stride, 64 // stride, 21)


def test_a_waterfall_of_another_kind_takes_the_whole_place():
    plain = {"kind": "wasp_v2", "filters": 8, "rates": (1, 1), "separable": True}
    model = build_small(overrides={"waterfall": plain})
    assert model.description.waterfall == plain
    assert not [x for x in model.layers if x.name.startswith("waterfall_level")]


def test_four_hundred_channels_enter_the_paper_s_decoder():
    model = handypose("handypose_resnet101", image_size=64, overrides=QUICK)
    kernel = model.get_layer("decoder_conv1_conv").weights[0]
    assert tuple(kernel.shape) == (3, 3, 400, 256)


def test_released_heads_keep_their_cell_convention():
    model = handypose("handypose_resnet101_released", image_size=64, overrides=QUICK)
    assert model.stride == 8 and model.cell_offset == 0.0
    assert model.decoder().cell_offset == 0.0
    assert model.metadata().decode == Decode(method="dark", cell_offset=0.0)


def test_the_decoder_layer(small_model):
    decoder = small_model.decoder()
    assert decoder.method == "dark" and decoder.image_size == (64, 64)
    assert decoder.stride == 4 and decoder.cell_offset == 1.5
    assert small_model.decoder("argmax").method == "argmax"


def test_metadata_and_facts():
    model = build_small()
    before = model.metadata()
    assert not before.trained and before.preset == "handypose_lite0"
    assert before.parameters == model.count_params() and before.macs > 0
    model.describe(trained=True, licence="CC0", accuracy={"pck": 0.5}, crop_scale=2.0)
    after = model.metadata("float16")
    assert after.trained and after.licence == "CC0" and after.precision == "float16"
    assert after.accuracy == {"pck": 0.5} and after.crop_scale == 2.0


def test_unknown_facts(small_model):
    with pytest.raises(ValueError, match=r"Facts are .*licence.* Received: \['colour"):
        small_model.describe(colour="red")


def test_a_fixed_batch():
    assert build_small(batch_size=1).input_shape[0] == 1


def test_an_own_backbone():
    backbone = my_backbone()
    model = handypose("handypose_lite0", backbone=backbone, image_size=999)
    assert model.image_size == (64, 64) and heatmaps(model).shape == (2, 16, 16, 21)
    assert not any(layer.name.startswith("block") for layer in model.layers)
    ids = {id(weight) for weight in model.weights}
    assert {id(weight) for weight in backbone.weights} <= ids


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda b: "resnet50", "`backbone` must be a Keras model.*'resnet50'"),
        (
            lambda b: keras.Model(b.inputs, b.outputs[:3]),
            "four outputs.*Received: 1 inputs and 3 outputs",
        ),
        (
            lambda b: keras.Model(b.inputs, b.outputs[1:] + b.outputs[:1]),
            r"an output at stride 4\. Received: input .*64, 64, 3.*8, 8, 8",
        ),
    ],
)
def test_backbones_that_do_not_fit(make, text):
    with pytest.raises(ValueError, match=text):
        handypose("handypose_lite0", backbone=make(my_backbone()))


def test_a_backbone_without_a_size():
    image = keras.Input((None, None, 3))
    taps = [
        keras.layers.Conv2D(4, 3, stride, "same")(image) for stride in (4, 8, 16, 16)
    ]
    with pytest.raises(ValueError, match="must have a static input size"):
        handypose("handypose_lite0", backbone=keras.Model(image, taps))


def test_bad_arguments():
    with pytest.raises(ValueError, match=r"`preset` must be one of .*lite0.*: 'nose'"):
        handypose("nose")
    with pytest.raises(ValueError, match=r"`overrides` takes the keys .*: 'head'"):
        handypose("handypose_lite0", overrides={"head": {}})


def test_released_levels_need_a_multi_level_waterfall():
    overrides = {**QUICK, "decoder": {"levels": "released"}}
    with pytest.raises(ValueError, match=r"levels that a multi_level.*wasp_v2"):
        handypose("handypose_wasp_v2_released", image_size=32, overrides=overrides)


def test_a_waterfall_with_too_few_rates():
    overrides = {"waterfall": {"filters": 8, "rates": (1, 2, 3)}}
    with pytest.raises(ValueError, match=r"3 rates .* Received: 3 levels"):
        build_small(overrides=overrides)
