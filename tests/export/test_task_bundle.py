"""Bundles for MediaPipe's HandLandmarker: the contract, the zip, what is refused.

That MediaPipe itself takes them, tests/mediapipe shows.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from small_models import SMALL
from tensorflow import keras

from handypose_tf.cli.main import main
from handypose_tf.export import Calibration, Quantization, export_task
from handypose_tf.export.demo_crops import demo_crops
from handypose_tf.export.task_bundle import DETECTOR, LANDMARKS
from handypose_tf.export.task_bundle import palm_detector as bundled_palms
from handypose_tf.export.task_check import run_landmarks
from handypose_tf.export.task_network import peak_cells, task_network
from handypose_tf.layers import DecodeHeatmaps
from handypose_tf.litert.flatbuffer import pack_model, read_model
from handypose_tf.litert.task_metadata import describes_input
from handypose_tf.models import hand_detector, handypose, save_model

SIDE = 64


def gaussians(centers: np.ndarray, size: int = 24, sigma: float = 2.0) -> np.ndarray:
    """Return `(1, size, size, count)` maps with one peak each, at `(x, y)` cells."""
    grid = np.arange(size)
    x, y = np.asarray(centers)[:, 0], np.asarray(centers)[:, 1]
    squares = (grid[None, :, None] - x) ** 2 + (grid[:, None, None] - y) ** 2
    return np.exp(-squares / (2 * sigma**2)).astype(np.float32)[None]


def decoded(heatmaps: np.ndarray) -> np.ndarray:
    x, y = peak_cells(tf.constant(heatmaps))
    return np.stack([np.ravel(x), np.ravel(y)], axis=-1)


def test_peaks_are_found_to_a_fraction_of_a_cell():
    centers = np.random.default_rng(0).uniform(6, 17, (21, 2))
    assert np.abs(decoded(gaussians(centers)) - centers).max() < 0.03


def test_peaks_of_noisy_maps_are_those_of_the_model_s_own_decoder():
    rng = np.random.default_rng(1)
    maps = gaussians(rng.uniform(0, 23, (200, 2))) * rng.uniform(0.1, 1, 200)
    maps = (maps + rng.normal(0, 0.01, maps.shape)).astype(np.float32)
    decoder = DecodeHeatmaps("dark", (24, 24), stride=1)
    own = np.asarray(decoder(maps))[0, :, :2] * 24 - 0.5
    distance = np.linalg.norm(decoded(maps) - own, axis=-1)
    assert np.median(distance) < 0.01 and np.percentile(distance, 95) < 0.5


def test_equal_cells_of_8_bit_maps_are_one_peak_and_far_ones_are_told_apart():
    maps = gaussians([(10.5, 12.0), (5.0, 5.0)], sigma=3.0)
    maps[..., 1] = np.maximum(maps[..., 1], gaussians([(17.0, 17.0)])[..., 0])
    steps = (np.rint(maps / 0.05) * 0.05).astype(np.float32)
    assert (steps[..., 1] == steps[..., 1].max()).sum() == 2
    first, second = decoded(steps)
    assert np.abs(first - (10.5, 12.0)).max() < 0.3
    assert np.abs(second - (5.0, 5.0)).max() < 0.3


def test_near_the_border_the_highest_cell_stands():
    maps = gaussians([(0.4, 12.0), (12.0, 22.8), (-3.0, -3.0)])
    np.testing.assert_allclose(decoded(maps), [(0, 12), (12, 23), (0, 0)], atol=0.01)


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    model = handypose(
        "handypose_lite0",
        image_size=SIDE,
        overrides=SMALL,
        handedness=True,
        presence=True,
    )
    model.describe(licence="CC0-1.0", training_data="nothing")
    return model


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("task")
    save_model(model, folder / "model.keras")
    (folder / "palms.tflite").write_bytes(palm_detector())
    return folder


@pytest.fixture(scope="module")
def bundle(folder) -> Path:
    path = folder / "hand.task"
    words = ["--detector", str(folder / "palms.tflite"), "--precision", "float32"]
    source = str(folder / "model.keras")
    assert main(["export", source, "--task", str(path), *words]) == 0
    return path


def palm_detector(anchors: int = 2016) -> bytes:
    """Return a network of the shapes of MediaPipe's, boxes before scores."""

    def palms(image):
        level = tf.reduce_mean(image)
        return tf.fill((1, anchors, 18), level), tf.fill((1, anchors, 1), level)

    spec = tf.TensorSpec((1, 192, 192, 3), tf.float32)
    owner = tf.Module()
    owner.palms = tf.function(palms, input_signature=[spec])
    function = owner.palms.get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function], owner)
    network = read_model(converter.convert())
    graph = network.subgraphs[0]
    graph.outputs = sorted(graph.outputs, key=lambda i: -graph.tensors[i].shape[-1])
    network.signatureDefs = []
    return pack_model(network)


def interpreter(bundle: Path) -> Interpreter:
    content = zipfile.ZipFile(bundle).read(LANDMARKS)
    network = Interpreter(model_content=content)
    network.allocate_tensors()
    return network


def run(bundle: Path, picture: np.ndarray) -> list[np.ndarray]:
    network = interpreter(bundle)
    network.set_tensor(network.get_input_details()[0]["index"], picture)
    network.invoke()
    return [network.get_tensor(d["index"]) for d in network.get_output_details()]


def test_the_landmark_network_keeps_mediapipe_s_contract(bundle, model):
    crop = demo_crops((SIDE, SIDE))[:1].astype(np.float32)
    landmarks, presence, handedness, world = run(bundle, crop / 255)
    shapes = [values.shape for values in (landmarks, presence, handedness, world)]
    assert shapes == [(1, 63), (1, 1), (1, 1), (1, 63)]
    raw = {
        name: np.asarray(values)
        for name, values in model.predict_on_batch(crop).items()
    }
    own = np.asarray(model.decoder("dark")(raw["heatmaps"]))[0, :, :2] * SIDE
    points = landmarks.reshape(21, 3)
    assert np.median(np.linalg.norm(points[:, :2] - own, axis=-1)) < 0.05
    assert not points[:, 2].any() and not world.any()

    def chance(logit: np.ndarray) -> float:
        return 1 / (1 + np.exp(-float(np.ravel(logit)[0])))

    assert presence[0, 0] == pytest.approx(chance(raw["presence"]), abs=1e-4)
    assert handedness[0, 0] == pytest.approx(1 - chance(raw["handedness"]), abs=1e-4)


def test_a_bundle_is_a_zip_of_stored_files_with_their_licences(bundle, folder):
    with zipfile.ZipFile(bundle) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        assert [*entries] == [DETECTOR, LANDMARKS, "LICENCES.txt"]
        assert {e.compress_type for e in entries.values()} == {zipfile.ZIP_STORED}
        palms = archive.read(DETECTOR)
        landmarks = archive.read(LANDMARKS)
        words = archive.read("LICENCES.txt").decode()
    assert describes_input(palms) and describes_input(landmarks)
    assert not describes_input((folder / "palms.tflite").read_bytes())
    assert b"TFLITE_METADATA" in landmarks and b"M001" in landmarks
    assert "Licence of the weights: CC0-1.0" in words and "palms.tflite, added" in words
    assert "Apache License" in words and "END OF TERMS AND CONDITIONS" in words


def test_a_palm_detector_that_describes_its_input_stays_as_it_is(bundle, tmp_path):
    described = zipfile.ZipFile(bundle).read(DETECTOR)
    path = tmp_path / "described.tflite"
    path.write_bytes(described)
    assert bundled_palms(path) == described


def test_the_same_model_gives_the_same_bytes(bundle, model, folder, tmp_path):
    report = export_task(
        model, tmp_path / "b.task", "float32", detector=folder / "palms.tflite"
    )
    assert report.path.read_bytes() == bundle.read_bytes()
    side_car = Path(f"{bundle}.sha256").read_text()
    assert side_car == f"{report.sha256}  hand.task\n"


def test_an_int8_body_has_float_ends(model, folder, tmp_path):
    crops = np.resize(demo_crops((SIDE, SIDE)), (36, SIDE, SIDE, 3))
    report = export_task(
        model,
        tmp_path / "int8.task",
        "int8",
        detector=folder / "palms.tflite",
        quantization=Quantization(calibration=Calibration(crops, "demo")),
    )
    network = interpreter(report.path)
    ends = network.get_input_details() + network.get_output_details()
    assert {detail["dtype"] for detail in ends} == {np.float32}
    kinds = {detail["dtype"] for detail in network.get_tensor_details()}
    assert np.int8 in kinds
    assert report.check.presence < 0.1


def test_a_model_that_does_not_tell_the_side_says_one_half(folder, tmp_path):
    model = handypose(
        "handypose_lite0", image_size=SIDE, overrides=SMALL, presence=True
    )
    report = export_task(model, tmp_path / "a.task", detector=folder / "palms.tflite")
    crop = demo_crops((SIDE, SIDE))[:1].astype(np.float32)
    assert run(report.path, crop / 255)[2].item() == 0.5
    assert ("left or right", "0.5: the network does not tell") in report.rows()
    zero = ("depth and world landmarks", "0: the network does not know them")
    assert zero in report.rows()


@pytest.mark.parametrize("name", ["keypoints", "presence", "oblong", "detector"])
def test_models_that_cannot_stand_in_are_one_line(name, tmp_path, capsys):
    heads = {"handedness": True, "presence": name != "presence"}
    size = (64, 96) if name == "oblong" else 64
    names = ("a", "b") if name == "keypoints" else None
    extra = {"keypoint_names": names, "skeleton": [(0, 1)]} if names else {}
    if name == "detector":
        model = hand_detector(image_size=64, overrides=SMALL)
    else:
        model = handypose(
            "handypose_lite0", image_size=size, overrides=SMALL, **heads, **extra
        )
    save_model(model, tmp_path / "m.keras")
    path = tmp_path / "a.task"
    assert main(["export", str(tmp_path / "m.keras"), "--task", str(path)]) == 1
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0
    expected = {
        "keypoints": "finds 2 points, a to b",
        "presence": "has no head for presence",
        "oblong": "its input is 64 x 96",
        "detector": "a detector; --task takes a pose model",
    }
    assert expected[name] in said
    assert [each.name for each in tmp_path.iterdir()] == ["m.keras"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["small.tflite"], "a .tflite has no weights to go on with"),
        (["model.keras", "--task", "palms.tflite/a.task"], "cannot write"),
        (["model.keras", "--detector", "no.tflite"], "no such palm detector"),
        (["model.keras", "--detector", "small.tflite"], "no palm detector for"),
        (["model.keras", "--detector", "bad.tflite"], "cannot load it"),
    ],
)
def test_bad_input_is_one_line(folder, capsys, monkeypatch, words, line):
    monkeypatch.chdir(folder)
    (folder / "bad.tflite").write_bytes(b"no network")
    (folder / "small.tflite").write_bytes(palm_detector(anchors=8))
    before = {*folder.rglob("*")}
    assert main(["export", "--task", "a.task", *words]) == 1
    said = capsys.readouterr().err.strip()
    assert line in said and said.count("\n") == 0
    assert {*folder.rglob("*")} == before


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--task", "a.zip"], "--task must end with .task, is a.zip"),
        (["--task", "a.task", "--out", "a.tflite"], "not allowed with"),
        (["--task", "a.task", "--io", "uint8"], "--io is for --out, not for --task"),
        (["--task", "a.task", "--precision", "int8"], "int8 needs --calibration"),
    ],
)
def test_wrong_usage(capsys, words, line):
    with pytest.raises(SystemExit, match="2"):
        main(["export", "handypose_lite0", *words])
    assert line in capsys.readouterr().err


def test_a_network_of_points_gives_them_in_pixels():
    keras.utils.set_random_seed(0)
    parts = {"backbone": SMALL["backbone"]}
    model = handypose("mediapipe_hands_lite", image_size=SIDE, overrides=parts)
    content = task_network(model, "float32", Quantization())
    found = run_landmarks(model, content)
    assert found.max < 1e-3
    assert max(found.presence, found.handedness) < 1e-5
