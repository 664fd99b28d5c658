"""Exported files, opened with the runtime that phones use."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "models"))

from ai_edge_litert.interpreter import Interpreter, OpResolverType
from small_models import SMALL, scatter_weights

from handypose_tf.errors import OutputError
from handypose_tf.export import PRECISIONS, export_litert
from handypose_tf.model_metadata import read_metadata
from handypose_tf.models import handypose

SIDE = 64

#: What the body is made of once batch norms and atrous convolutions are fused.
BODY_OPS = {
    *("SUB", "CONV_2D", "DEPTHWISE_CONV_2D", "ADD", "MEAN", "RESIZE_BILINEAR"),
    *("CONCATENATION", "DELEGATE", "DEQUANTIZE", "RESHAPE", "MAX_POOL_2D"),
}


@pytest.fixture(scope="module")
def model():
    """A small model whose heatmaps have peaks between the cells."""
    model = handypose("handypose_lite0", image_size=SIDE, overrides=SMALL)
    scatter_weights(model)
    return model


@pytest.fixture(scope="module")
def files(model, tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("exported")
    return {
        precision: export_litert(
            model, folder / f"{precision}.tflite", precision, heatmaps=True
        )
        for precision in PRECISIONS
    }


def picture() -> np.ndarray:
    values = np.random.default_rng(3).uniform(0, 255, (1, SIDE, SIDE, 3))
    return values.astype(np.float32)


def run(path: Path) -> dict[str, np.ndarray]:
    runner = Interpreter(str(path), num_threads=1).get_signature_runner()
    return runner(image=picture())


def body_ops(path: Path) -> Counter[str]:
    """Return the operations up to the heatmaps, without the runtime's delegate."""
    plain = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    interpreter = Interpreter(str(path), experimental_op_resolver_type=plain)
    interpreter.allocate_tensors()
    details = interpreter._get_ops_details()
    last = max(i for i, op in enumerate(details) if op["op_name"] == "CONV_2D")
    return Counter(op["op_name"] for op in details[: last + 1])


@pytest.mark.parametrize("precision", PRECISIONS)
def test_signature(files, precision):
    interpreter = Interpreter(str(files[precision]))
    [signature] = interpreter.get_signature_list().values()
    assert signature["inputs"] == ["image"]
    assert sorted(signature["outputs"]) == ["heatmaps", "keypoints"]
    [image] = interpreter.get_input_details()
    assert tuple(image["shape"]) == (1, SIDE, SIDE, 3) and image["dtype"] == np.float32
    outputs = run(files[precision])
    assert outputs["keypoints"].shape == (1, 21, 3)
    assert outputs["heatmaps"].shape == (1, 16, 16, 21)
    assert all(values.dtype == np.float32 for values in outputs.values())


def test_parity_with_the_keras_model(files, model):
    maps = np.asarray(model(picture(), training=False)["heatmaps"])
    found = run(files["float32"])
    np.testing.assert_allclose(found["heatmaps"], maps, rtol=1e-4, atol=1e-5)
    expected = np.asarray(model.decoder()(found["heatmaps"]))
    shift = np.abs(found["keypoints"] - expected)[..., :2] * SIDE
    assert shift.max() < 0.01
    np.testing.assert_allclose(
        found["keypoints"][..., 2], expected[..., 2], rtol=1e-4, atol=1e-5
    )


def test_float16_is_about_half_and_close(files):
    sizes = {name: path.stat().st_size for name, path in files.items()}
    assert 0.45 < sizes["float16"] / sizes["float32"] < 0.6
    whole, half = (run(files[name])["heatmaps"] for name in ("float32", "float16"))
    assert np.abs(half - whole).max() <= 0.01 * np.abs(whole).max()


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_body_is_fused(files, precision):
    """No batch norm's MUL, no SPACE_TO_BATCH_ND of an atrous rate, no TILE, no Flex."""
    ops = body_ops(files[precision])
    assert not ops.keys() - BODY_OPS
    assert ops["SUB"] == 1


def test_metadata(files, model):
    metadata = read_metadata(files["float16"])
    assert metadata.precision == "float16" and metadata.preset == "handypose_lite0"
    assert metadata.parameters == model.count_params()
    assert metadata.to_dict() == model.metadata("float16").to_dict()


def test_heatmaps_are_given_on_request_only(model, tmp_path):
    path = export_litert(model, tmp_path / "a.tflite")
    assert set(run(path)) == {"keypoints"}


def test_the_model_stays_as_it_is(model, files):
    assert model.input_shape[0] is None and model.settings["batch_size"] is None


def test_bad_arguments(model, tmp_path):
    with pytest.raises(ValueError, match=r"`precision` must be one of .*: 'int3'"):
        export_litert(model, tmp_path / "a.tflite", "int3")
    with pytest.raises(ValueError, match=r"`path` must end with \.tflite"):
        export_litert(model, tmp_path / "a.bin")


def test_nothing_half_written_stays(model, files, tmp_path, monkeypatch):
    content = files["float32"].read_bytes()
    monkeypatch.setattr("handypose_tf.export.litert._convert", lambda *a: content)
    target = tmp_path / "a.tflite"
    target.write_bytes(b"before")

    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OutputError, match="No space left"):
        export_litert(model, target)
    assert [path.name for path in tmp_path.iterdir()] == ["a.tflite"]
    assert target.read_bytes() == b"before"
