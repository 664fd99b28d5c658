"""Exported files, opened with the runtime that phones use."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from small_models import EFFICIENT, SMALL, my_backbone, scatter_weights
from tensorflow import keras

from handypose_tf.errors import ModelError, OutputError
from handypose_tf.export import (
    Calibration,
    Checker,
    Quantization,
    export_and_check,
    export_litert,
)
from handypose_tf.export.demo_crops import demo_crops
from handypose_tf.export.layer_names import layer_name
from handypose_tf.litert.census import op_census
from handypose_tf.litert.metadata import read_metadata
from handypose_tf.models import handypose

SIDE = 64

#: What the body is made of once batch norms and atrous convolutions are fused.
BODY_OPS = {
    *("SUB", "CONV_2D", "DEPTHWISE_CONV_2D", "ADD", "MEAN", "RESIZE_BILINEAR"),
    *("CONCATENATION", "DEQUANTIZE", "QUANTIZE", "MAX_POOL_2D", "PAD"),
}

#: What somebody's own backbone may bring: its own normalisation, a batch norm that no
#: convolution precedes.
OWN_OPS = BODY_OPS | {"MUL"}


def crops(count: int = 36) -> np.ndarray:
    return np.resize(demo_crops((SIDE, SIDE)), (count, SIDE, SIDE, 3))


def calibrated(**options) -> Quantization:
    return Quantization(calibration=Calibration(crops(), "demo"), **options)


def settings(precision: str) -> Quantization:
    return calibrated() if precision == "int8" else Quantization()


@pytest.fixture(scope="module")
def model():
    """A shallow model whose heatmaps have peaks between the cells.

    Its weights take most of its file: 200 of 270 kB in float32.
    """
    wide = {"filters": 64, "reduction": 8}
    overrides = {**SMALL, "waterfall": wide, "decoder": wide}
    model = handypose("handypose_lite0", image_size=SIDE, overrides=overrides)
    scatter_weights(model)
    return model


@pytest.fixture(scope="module")
def files(model, tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("exported")
    return {
        precision: export_litert(
            model,
            folder / f"{precision}.tflite",
            precision,
            io="uint8" if precision == "int8" else "float32",
            heatmaps=True,
            quantization=settings(precision),
        )
        for precision in ("float32", "float16", "dynamic", "int8")
    }


PRECISIONS = ("float32", "float16", "dynamic", "int8")


def run(path: Path) -> dict[str, np.ndarray]:
    runner = Interpreter(str(path), num_threads=1).get_signature_runner()
    dtype = runner.get_input_details()["image"]["dtype"]
    return runner(image=crops(1).astype(dtype))


@pytest.mark.parametrize("precision", PRECISIONS)
def test_signature(files, precision):
    interpreter = Interpreter(str(files[precision]))
    [signature] = interpreter.get_signature_list().values()
    assert signature["inputs"] == ["image"]
    assert sorted(signature["outputs"]) == ["heatmaps", "keypoints"]
    [image] = interpreter.get_input_details()
    wanted = np.uint8 if precision == "int8" else np.float32
    assert tuple(image["shape"]) == (1, SIDE, SIDE, 3) and image["dtype"] == wanted
    outputs = run(files[precision])
    assert outputs["keypoints"].shape == (1, 21, 3)
    assert outputs["heatmaps"].shape == (1, 16, 16, 21)
    assert all(values.dtype == np.float32 for values in outputs.values())


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_decoding_stays_float_exact(files, model, precision):
    found = run(files[precision])
    expected = np.asarray(model.decoder()(found["heatmaps"]))
    # A thousandth of a pixel: two float runtimes add up in another order.
    np.testing.assert_allclose(found["keypoints"], expected, atol=0.001 / SIDE)


def test_parity_with_the_keras_model(files, model):
    maps = np.asarray(model(crops(1).astype(np.float32), training=False)["heatmaps"])
    found = run(files["float32"])
    np.testing.assert_allclose(found["heatmaps"], maps, rtol=1e-4, atol=1e-5)


def test_sizes_and_closeness(files):
    """Files' sizes over float32's, and how far heatmaps may lie from it."""
    allowed = {
        "float16": (0.5, 0.65, 0.01),
        "dynamic": (0.25, 0.5, 0.1),
        "int8": (0.25, 0.5, 0.2),
    }
    whole = run(files["float32"])["heatmaps"]
    size = files["float32"].stat().st_size
    for precision, (low, high, error) in allowed.items():
        assert low < files[precision].stat().st_size / size < high
        maps = run(files[precision])["heatmaps"]
        assert np.abs(maps - whole).max() <= error * np.abs(whole).max()


def check_body(path: Path, allowed: set[str]) -> None:
    """No SPACE_TO_BATCH_ND of an atrous rate, no TILE, no AVERAGE_POOL_2D, no Flex."""
    census = op_census(path)
    assert not census.body.keys() - allowed
    assert census.body["SUB"] <= 1 and not census.flex
    assert census.body_partitions == 1 and not census.body_not_delegated


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_body_is_fused(files, precision):
    check_body(files[precision], BODY_OPS)


def test_atrous_and_inverted_bottlenecks_are_fused(tmp_path):
    model = handypose("handypose_lite0", image_size=SIDE, overrides=EFFICIENT)
    path = export_litert(
        model, tmp_path / "a.tflite", "int8", quantization=calibrated()
    )
    check_body(path, BODY_OPS)


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["handypose_lite0", "handypose_resnet50"])
@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_presets_as_they_ship_are_fused(tmp_path, preset, precision):
    model = handypose(preset, image_size=SIDE)
    path = tmp_path / "a.tflite"
    export_litert(model, path, precision, quantization=settings(precision))
    check_body(path, BODY_OPS)


@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_an_own_backbone_is_fused_and_gives_no_heatmaps_unasked(tmp_path, precision):
    parts = {name: SMALL[name] for name in ("waterfall", "decoder")}
    model = handypose(backbone=my_backbone(SIDE), overrides=parts)
    path = tmp_path / "a.tflite"
    export_litert(model, path, precision, quantization=settings(precision))
    check_body(path, OWN_OPS)
    assert set(run(path)) == {"keypoints"}


def test_layers_that_stay_float(model, tmp_path):
    path = tmp_path / "a.tflite"
    kept = calibrated(keep_float=("/block0_relu", "^heatmaps$"))
    export_litert(model, path, "int8", quantization=kept)
    check_body(path, BODY_OPS)
    kinds = {
        part: {
            tensor["dtype"]
            for tensor in Interpreter(str(path)).get_tensor_details()
            if layer_name(tensor["name"]).startswith(part)
        }
        for part in ("block0_relu", "block1_relu")
    }
    assert kinds["block0_relu"] == {np.float32}
    assert kinds["block1_relu"] == {np.int8, np.int32}  # int32 is its bias


def test_a_layer_that_is_not_there(model, tmp_path):
    with pytest.raises(ModelError, match="no layer's name holds 'stam'; the first"):
        export_litert(
            model,
            tmp_path / "a.tflite",
            "int8",
            quantization=calibrated(keep_float=("stam",)),
        )
    assert not any(tmp_path.iterdir())


@pytest.mark.slow
def test_16_bit_activations(model, tmp_path):
    """XNNPACK takes none of it; it is nearer to float than int8."""
    path = tmp_path / "a.tflite"
    report = export_and_check(
        model,
        path,
        "int16x8",
        heatmaps=True,
        quantization=calibrated(),
        checker=Checker(model),
    )
    census = report.check.census
    assert census.body_partitions == 0 and not census.flex
    assert not census.body.keys() - BODY_OPS
    found = run(path)
    maps = np.asarray(model(crops(1).astype(np.float32), training=False)["heatmaps"])
    assert np.abs(found["heatmaps"] - maps).max() < 0.02 * np.abs(maps).max()
    expected = np.asarray(model.decoder()(found["heatmaps"]))
    # LiteRT's own kernels decode here; on this network's flat maps a last bit counts.
    np.testing.assert_allclose(found["keypoints"], expected, atol=0.02 / SIDE)


def test_metadata(files, model):
    metadata = read_metadata(files["float16"])
    assert metadata.precision == "float16" and metadata.preset == "handypose_lite0"
    assert metadata.parameters == model.count_params()
    assert metadata.to_dict() == model.metadata("float16").to_dict()


def test_the_model_stays_as_it_is(model, files):
    assert model.input_shape[0] is None and model.description.batch_size is None


def test_bad_arguments(model, tmp_path):
    path = tmp_path / "a.tflite"
    with pytest.raises(ValueError, match=r"`precision` must be one of .*: 'int3'"):
        export_litert(model, path, "int3")
    with pytest.raises(ValueError, match=r"`path` must end with \.tflite"):
        export_litert(model, tmp_path / "a.bin")
    with pytest.raises(ValueError, match=r"`io` must be one of .*: 'int16'"):
        export_litert(model, path, io="int16")
    with pytest.raises(ValueError, match="int8 needs `calibration`"):
        export_litert(model, path, "int8")
    with pytest.raises(ValueError, match="`keep_float` is for int8"):
        export_litert(model, path, quantization=Quantization(keep_float=("stem",)))


def test_calibration_of_the_wrong_size(model, tmp_path):
    wrong = Calibration(np.resize(crops(), (32, 48, 48, 3)), "demo")
    with pytest.raises(ModelError, match="48 x 48 pixels, the model takes 64 x 64"):
        export_litert(
            model,
            tmp_path / "a.tflite",
            "int8",
            quantization=Quantization(calibration=wrong),
        )


def test_an_operation_that_a_phone_lacks(tmp_path):
    class Spectrum(keras.layers.Layer):
        def call(self, inputs):
            return tf.math.real(tf.signal.fft2d(tf.cast(inputs, tf.complex64)))

    plain = my_backbone(SIDE)
    taps = [*plain.outputs[:3], Spectrum()(plain.outputs[3])]
    model = handypose(
        backbone=keras.Model(plain.inputs, taps),
        overrides={name: SMALL[name] for name in ("waterfall", "decoder")},
    )
    with pytest.raises(ModelError, match="cannot be converted: ") as caught:
        export_litert(model, tmp_path / "a.tflite")
    assert "\n" not in str(caught.value)
    assert not any(tmp_path.iterdir())


def test_an_unwritable_target_is_told_before_the_work(model, tmp_path, monkeypatch):
    monkeypatch.setattr("handypose_tf.export.litert.network_bytes", pytest.fail)
    (tmp_path / "file").write_bytes(b"")
    for name in ("file/a.tflite", "folder.tflite"):
        (tmp_path / "folder.tflite").mkdir(exist_ok=True)
        with pytest.raises(OutputError, match="cannot write"):
            export_litert(model, tmp_path / name)


def test_nothing_half_written_stays(model, files, tmp_path, monkeypatch):
    content = files["float32"].read_bytes()
    monkeypatch.setattr("handypose_tf.export.litert.network_bytes", lambda *a: content)
    target = tmp_path / "a.tflite"
    target.write_bytes(b"before")

    def fail(source, place):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("handypose_tf.files.writing.os.replace", fail)
    with pytest.raises(OutputError, match="No space left"):
        export_litert(model, target)
    assert [path.name for path in tmp_path.iterdir()] == ["a.tflite"]
    assert target.read_bytes() == b"before"
