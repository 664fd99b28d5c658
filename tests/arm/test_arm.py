"""The shipped files give on Arm what they give here: within half a pixel."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from emulator import PROCESSORS, arm_folder, run_on_arm

import handypose_tf
from handypose_tf import HandPoseEstimator
from handypose_tf.inference import bundled_models
from handypose_tf.litert.metadata import read_metadata

ASSETS = Path(handypose_tf.__file__).parent / "assets"

MODELS = [
    path
    for path in bundled_models()
    if path.suffix == ".tflite" and read_metadata(path).kind == "pose"
]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def arm() -> None:
    if not (arm_folder() / "site").is_dir():
        pytest.skip(f"no emulated Arm in {arm_folder()}: run tests/arm/set_up.sh")


def test_it_is_arm():
    processor = next(iter(PROCESSORS.values()))
    words = ["-c", "import platform; print(platform.machine())"]
    assert run_on_arm(processor, words).stdout == "aarch64\n"


@pytest.mark.parametrize("computer", PROCESSORS)
@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_keypoints_are_the_same(path, computer, tmp_path, record_property):
    photo = ASSETS / "demo_hand.jpg"
    box = json.loads((ASSETS / "demo_hand.json").read_text("utf-8"))["box"]
    out = tmp_path / "hands.json"
    words = ["-m", "handypose_tf.cli", "predict", str(photo), "--model", str(path)]
    words += ["--box", ",".join(map(str, box)), "--threads", "1", "--json", str(out)]
    result = run_on_arm(PROCESSORS[computer], words)
    assert result.returncode == 0, result.stderr
    [hand] = json.loads(out.read_text("utf-8"))[0]["hands"]
    [here] = HandPoseEstimator(path, num_threads=1).predict(photo, [box])
    shift = np.linalg.norm(np.array(hand["keypoints"]) - here.keypoints, axis=1)
    record_property("largest_shift_px", float(shift.max()))
    print(f"{path.name} on a {computer}: {shift.max():.4f} px apart at the most")
    assert shift.max() < 0.5
    np.testing.assert_allclose(hand["scores"], here.scores, atol=0.02)
