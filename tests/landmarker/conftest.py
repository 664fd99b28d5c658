"""A bundle of ours, and MediaPipe's own clients to run it in: `make test-mediapipe`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from fenced_blocks import ROOT

from handypose_tf.export import export_task
from handypose_tf.export.task_bundle import DETECTOR, LANDMARKS, zip_stored
from handypose_tf.export.task_network import OUTPUTS
from handypose_tf.images import Image, write_image
from handypose_tf.inference.crop_model import CropModel
from handypose_tf.inference.estimator import DEFAULT_MODEL
from handypose_tf.litert.flatbuffer import pack_model, read_model
from handypose_tf.litert.shipped import find_weights
from handypose_tf.litert.task_metadata import add_task_metadata
from handypose_tf.models import HandyPose, handypose, load_model, save_model

#: What `client(bundle, pictures, ...)` gives: the hands of each picture.
Hands = list[list[dict[str, Any]]]
Client = Callable[..., Hands]

HERE = Path(__file__).parent

#: Side of the landmark network that tells where MediaPipe looks.
PROBE_SIZE = 64


def run_job(command: Sequence[str | Path], folder: Path) -> Client:
    """Return a client: a program that takes a job's file and writes the result's."""

    def client(
        bundle: Path,
        pictures: Sequence[Image],
        *,
        mode: str = "image",
        confidence: float = 0.3,
        **more: Any,
    ) -> Hands:
        paths = [folder / f"{index}.png" for index in range(len(pictures))]
        for path, picture in zip(paths, pictures, strict=True):
            write_image(path, picture)
        job, out = folder / "job.json", folder / "out.json"
        facts = {"bundle": str(bundle), "mode": mode, "confidence": confidence}
        facts |= {"num_hands": 2, "pictures": [*map(str, paths)], **more}
        job.write_text(json.dumps(facts))
        words = [*map(str, command), str(job), str(out)]
        result = subprocess.run(words, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr[-3000:]
        return json.loads(out.read_text())

    return client


@pytest.fixture(scope="session")
def python_client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """HandLandmarker of the Python package."""
    python = Path(
        os.environ.get("MEDIAPIPE_PYTHON", ROOT / ".venv-mediapipe/bin/python")
    )
    if not python.exists():
        pytest.skip("mediapipe has an environment of its own: make test-mediapipe")
    script = ROOT / "benchmarks" / "mediapipe_landmarker.py"
    return run_job([python, script], tmp_path_factory.mktemp("python"))


@pytest.fixture(scope="session")
def browser_client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """HandLandmarker of the web package, in headless Chromium."""
    node = shutil.which("node")
    if node is None or not (HERE / "browser" / "node_modules").exists():
        pytest.skip("the web package needs Node.js and npm: make test-mediapipe")
    script = HERE / "browser" / "landmarker.mjs"
    return run_job([node, script], tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="session")
def model() -> HandyPose:
    """The model that ships as default."""
    return load_model(find_weights(DEFAULT_MODEL)[0])


@pytest.fixture(scope="session")
def sided_model(model: HandyPose) -> HandyPose:
    """One that tells left from right: the default, else lite0.

    lite0 has a head for presence added, which always says yes.
    """
    if model.has_handedness:
        return model
    shipped = load_model(find_weights("handypose_lite0")[0])
    side = shipped.image_size[0]
    sided = handypose(
        "handypose_lite0", image_size=side, handedness=True, presence=True
    )
    layers = {layer.name: layer for layer in shipped.layers}
    for layer in sided.layers:
        if layer.name in layers:
            layer.set_weights(layers[layer.name].get_weights())
    head = sided.get_layer("presence")
    kernel, bias = head.get_weights()
    head.set_weights([0 * kernel, bias + 4])
    sided.describe(trained=True, licence=shipped.description.licence)
    return sided


@pytest.fixture(scope="session")
def own_pipeline(
    model: HandyPose, tmp_path_factory: pytest.TempPathFactory
) -> CropModel:
    """This library's way from a region of a picture to keypoints."""
    return CropModel(save_model(model, tmp_path_factory.mktemp("keras") / "m.keras"))


@pytest.fixture(scope="session")
def bundle(model: HandyPose, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_task(model, tmp_path_factory.mktemp("task") / "hand.task").path


@pytest.fixture(scope="session")
def sided_bundle(
    sided_model: HandyPose, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("sided")
    return export_task(sided_model, folder / "hand.task").path


@pytest.fixture(scope="session")
def probe(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle whose first three landmarks are corners of what MediaPipe looks at."""
    path = tmp_path_factory.mktemp("probe") / "probe.task"
    palms = zipfile.ZipFile(bundle).read(DETECTOR)
    path.write_bytes(zip_stored({DETECTOR: palms, LANDMARKS: _corners()}))
    return path


def _corners() -> bytes:
    corners = np.full((21, 3), PROBE_SIZE / 2, np.float32)
    corners[:3] = [(0, 0, 0), (PROBE_SIZE, 0, 0), (0, PROBE_SIZE, 0)]

    def landmarks(image: tf.Tensor) -> list[tf.Tensor]:
        # Zeros that no converter takes for a constant.
        zero = tf.minimum(tf.nn.relu(tf.reduce_max(image, (1, 2, 3)))[:, None], 0.0)
        points = tf.reshape(corners, (1, 63)) + zero
        return [points, zero + 1.0, zero + 0.5, zero * np.ones((1, 63), np.float32)]

    spec = tf.TensorSpec((1, PROBE_SIZE, PROBE_SIZE, 3), tf.float32)
    owner = tf.Module()
    owner.landmarks = tf.function(landmarks, input_signature=[spec])
    function = owner.landmarks.get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], owner)
    network = read_model(converter.convert())
    [signature] = network.signatureDefs
    places = {e.name.decode(): e.tensorIndex for e in signature.outputs}
    network.subgraphs[0].outputs = [places[name] for name in sorted(places)]
    return add_task_metadata(
        pack_model(network),
        name="probe",
        description="corners",
        licence="none",
        outputs=OUTPUTS,
    )
