"""The other quantiser: named where it is missing, equal where it is installed."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from small_models import my_backbone

from handypose_tf.errors import MissingExtraError, ModelError
from handypose_tf.export import Calibration, Quantization, export_litert
from handypose_tf.export.demo_crops import demo_crops
from handypose_tf.inference.pose_model import open_model
from handypose_tf.litert.census import op_census
from handypose_tf.models import handypose

SIDE = 64


@pytest.fixture(scope="module")
def model():
    parts = {"waterfall": {"filters": 8, "reduction": 4}, "decoder": {"filters": 8}}
    return handypose(backbone=my_backbone(SIDE), overrides=parts)


def settings(**options) -> Quantization:
    crops = np.resize(demo_crops((SIDE, SIDE)), (32, SIDE, SIDE, 3))
    calibration = Calibration(crops, "demo")
    return Quantization(quantizer="litert", calibration=calibration, **options)


def test_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "litert_quantizer", None)
    with pytest.raises(MissingExtraError, match=r"handypose-tf\[quantize\]"):
        Quantization(quantizer="litert")


def test_what_it_does_not_make():
    pytest.importorskip("litert_quantizer")
    with pytest.raises(ModelError, match="not float16; use the quantiser tensorflow"):
        Quantization(quantizer="litert").check("float16")


def exported(model, folder: Path, precision: str, **options) -> Path:
    pytest.importorskip("litert_quantizer")
    path = folder / f"{precision}.tflite"
    return export_litert(
        model, path, precision, heatmaps=True, quantization=settings(**options)
    )


def error(model, path: Path) -> float:
    """Return the greatest error of the heatmaps over their range."""
    crops = demo_crops((SIDE, SIDE))[:2]
    maps = open_model(path).run_heatmaps(crops)
    floats = model.predict_on_batch(crops.astype(np.float32))["heatmaps"]
    return np.abs(maps - floats).max() / np.ptp(floats)


def test_its_file_is_int8_and_near_the_float_one(model, tmp_path):
    path = exported(model, tmp_path, "int8", keep_float=("^heatmaps$",))
    census = op_census(path)
    assert census.body_partitions == 1 and not census.body_not_delegated
    assert census.body["QUANTIZE"] >= 1
    assert error(model, path) < 0.1


def test_8_bit_weights_alone(model, tmp_path):
    path = exported(model, tmp_path, "dynamic")
    assert not op_census(path).body["QUANTIZE"]
    assert error(model, path) < 0.05


def test_16_bit_activations(model, tmp_path):
    path = exported(model, tmp_path, "int16x8")
    assert op_census(path).body["QUANTIZE"] >= 1
    assert error(model, path) < 0.05
