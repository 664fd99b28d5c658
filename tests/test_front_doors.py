"""What `from handypose_tf import ...` gives: lazily, and typed."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

import handypose_tf

ROOMS = ("export", "inference", "metrics", "models", "training")

#: As a user writes it -> the type that editors and mypy know.
TYPES = {
    "HandPoseEstimator()": "handypose_tf.inference.estimator.HandPoseEstimator",
    "HandPoseEstimator().predict('a')": "handypose_tf.inference.hand_poses.HandPoses",
    "handypose()": "handypose_tf.models.network.HandyPose",
    "load_model('a.keras')": "handypose_tf.models.network.HandyPose",
    "export_litert(handypose(), 'a.tflite')": "pathlib.Path",
    "train(load_config('a.yaml'))": "handypose_tf.training.trainer.TrainingResult",
    "PCK()": "handypose_tf.metrics.keras_metrics.PCK",
}


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_name_is_there(room):
    module = import_module(f"handypose_tf.{room}")
    assert set(module.__all__) <= {*dir(module)}
    for name in module.__all__:
        assert getattr(module, name) is not None


def test_an_unknown_name():
    with pytest.raises(ImportError, match="cannot import name 'HandPoser'"):
        from handypose_tf import HandPoser  # noqa: F401
    assert {"HandPose", "handypose", "__version__"} <= {*dir(handypose_tf)}


@pytest.mark.slow
def test_types_are_known(tmp_path):
    pytest.importorskip("mypy")
    script = tmp_path / "user.py"
    imports = (
        "from handypose_tf import HandPoseEstimator, handypose, load_model\n"
        "from handypose_tf.export import export_litert\n"
        "from handypose_tf.metrics import PCK\n"
        "from handypose_tf.training import load_config, train\n"
    )
    script.write_text(imports + "\n".join(f"reveal_type({code})" for code in TYPES))
    options = ["--strict", "--ignore-missing-imports", "--follow-imports=silent"]
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=", *options, str(script)],
        capture_output=True,
        text=True,
        cwd=handypose_tf.__path__[0] + "/..",
    )
    assert result.returncode == 0, result.stdout
    revealed = [line for line in result.stdout.splitlines() if "Revealed" in line]
    found = [line.split('"')[1] for line in revealed]
    assert dict(zip(TYPES, found, strict=True)) == TYPES
