"""`keras.models.load_model` opens our files, in whatever order things are imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from small_models import SMALL, my_backbone

from handypose_tf.models import handypose, save_model

ROOT = Path(__file__).resolve().parents[2]

KERAS = "from tensorflow import keras"

ORDERS = {
    "keras first": f"{KERAS}\nkeras.layers\nimport handypose_tf",
    "keras last": f"import handypose_tf\n{KERAS}",
    "layers alone": f"from handypose_tf.layers import DecodeHeatmaps\n{KERAS}",
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A small model's file, and its heatmaps of a grey picture."""
    parts = {name: SMALL[name] for name in ("waterfall", "decoder")}
    model = handypose("handypose_resnet50", backbone=my_backbone(), overrides=parts)
    path = save_model(model, tmp_path_factory.mktemp("saved") / "small.keras")
    grey = np.full((1, *model.image_size, 3), 99, np.float32)
    return path, np.asarray(model(grey)["heatmaps"])


@pytest.mark.parametrize("imports", ORDERS.values(), ids=ORDERS)
def test_in_a_new_process(saved, imports, tmp_path):
    path, expected = saved
    script = (
        f"{imports}\nimport numpy\n"
        f"model = keras.models.load_model({str(path)!r})\n"
        "grey = numpy.full((1, *model.image_size, 3), 99, numpy.float32)\n"
        "numpy.save('found.npy', numpy.asarray(model(grey)['heatmaps']))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, check=True
    )
    found = np.load(tmp_path / "found.npy")
    np.testing.assert_allclose(found, expected, atol=1e-5)
