"""The default model, fine-tuned with the rounding of 8 bits by the commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from drawn_hands import write_coco

from handypose_tf.litert.census import op_census

pytestmark = [pytest.mark.slow, pytest.mark.any_keras]

SIDE = 96


def handypose(*words: str) -> None:
    """Run a command as typed: it chooses Keras' generation itself."""
    code = "import sys; from handypose_tf.cli.main import main; sys.exit(main())"
    environment = {**os.environ, "TF_USE_LEGACY_KERAS": "0"}
    command = [sys.executable, "-c", code, *words]
    result = subprocess.run(command, env=environment, text=True, capture_output=True)
    assert result.returncode == 0, result.stderr[-2000:]


def test_handypose_mediapipe_full_stays_near_its_float_weights(tmp_path: Path) -> None:
    pytest.importorskip("tf_keras")
    pytest.importorskip("tensorflow_model_optimization")
    hands = f"coco:{write_coco(tmp_path / 'hands', 40)}"
    config = {
        "out": str(tmp_path / "run"),
        "data": {"train": [{"source": hands}], "num_threads": 1},
        "model": {
            "preset": "handypose_mediapipe_full",
            "weights": "shipped",
            "image_size": SIDE,
            "handedness": True,
            "presence": True,
        },
        "optimizer": {"learning_rate": 1e-5},
        "schedule": {"kind": "constant"},
        "epochs": 1,
        "batch_size": 10,
        "qat": True,
    }
    (tmp_path / "qat.yaml").write_text(yaml.safe_dump(config))
    handypose("train", str(tmp_path / "qat.yaml"))
    out, report = tmp_path / "hand.tflite", tmp_path / "report.json"
    words = ["--out", str(out), "--precision", "qat-int8", "--json", str(report)]
    handypose("export", str(tmp_path / "run" / "last.keras"), *words)
    census = op_census(out)
    assert census.body_partitions == 1 and not census.body_not_delegated
    # On 12 crops of the demo picture: about a cell of 4 pixels.
    assert json.loads(report.read_text())["parity_px"]["median"] < 4
