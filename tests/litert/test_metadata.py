from __future__ import annotations

import json
import zipfile

import pytest

from handypose_tf.errors import ModelError
from handypose_tf.hand import BONES, KEYPOINT_NAMES
from handypose_tf.litert.metadata import ModelMetadata, read_metadata, write_metadata
from handypose_tf.litert.shipped import bundled_models

MODEL_BYTES = b"\x1c\0\0\0TFL3" + bytes(range(256)) * 8


@pytest.fixture
def facts() -> dict:
    """What the contract says `metadata.json` holds."""
    return {
        "format": "handypose-tf/1",
        "preset": "handypose_lite0",
        "image_size": [192, 192],
        "num_keypoints": 21,
        "keypoint_names": list(KEYPOINT_NAMES),
        "skeleton": [list(bone) for bone in BONES],
        "crop": {"scale": 1.5},
        "decode": {"method": "dark"},
        "precision": "float32",
        "trained": True,
        "parameters": 3_200_000,
        "macs": 450_000_000,
        "licence": "Apache-2.0",
        "training_data": "photos",
        "accuracy": {"coco pck_box@.2": 0.48},
        "versions": {"tensorflow": "2.21.0"},
        "kind": "pose",
        "handedness": False,
        "presence": False,
        "world": False,
        "export": {},
    }


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "a.tflite"
    path.write_bytes(MODEL_BYTES)
    return path


def test_round_trip_through_a_file(model, facts):
    write_metadata(model, ModelMetadata.from_dict(facts))
    metadata = read_metadata(model)
    assert metadata.to_dict() == facts
    assert metadata.crop_scale == 1.5 and metadata.num_keypoints == 21
    assert model.read_bytes().startswith(MODEL_BYTES)


def test_writing_again_replaces_and_is_reproducible(model, facts):
    write_metadata(model, ModelMetadata.from_dict({**facts, "licence": "x" * 5000}))
    write_metadata(model, ModelMetadata.from_dict(facts))
    once = model.read_bytes()
    write_metadata(model, ModelMetadata.from_dict(facts))
    assert model.read_bytes() == once
    with zipfile.ZipFile(model) as archive:
        assert archive.namelist() == ["metadata.json"]


def test_other_members_stay(model, facts):
    with zipfile.ZipFile(model, "a") as archive:
        archive.writestr("labels.txt", "wrist")
    write_metadata(model, ModelMetadata.from_dict(facts))
    with zipfile.ZipFile(model) as archive:
        assert archive.namelist() == ["labels.txt", "metadata.json"]
        assert archive.read("labels.txt") == b"wrist"
    assert model.read_bytes().startswith(MODEL_BYTES)


@pytest.fixture
def foreign(tmp_path):
    """A whole `.tflite` file of somebody else: ours without its archive."""
    shipped = next(path for path in bundled_models() if path.suffix == ".tflite")
    with zipfile.ZipFile(shipped) as archive:
        start = min(info.header_offset for info in archive.infolist())
    path = tmp_path / "a.tflite"
    path.write_bytes(shipped.read_bytes()[:start])
    return path


def test_a_plain_file_is_told_what_it_lacks(foreign):
    with pytest.raises(ModelError, match=r"a\.tflite: has no metadata") as caught:
        read_metadata(foreign)
    for word in ("image_size", "keypoint_names", "`handypose export`"):
        assert word in str(caught.value)


def test_an_archive_without_our_member(foreign):
    with zipfile.ZipFile(foreign, "a") as archive:
        archive.writestr("labels.txt", "wrist")
    with pytest.raises(ModelError, match=r"has no metadata\.json"):
        read_metadata(foreign)


def test_a_missing_file(tmp_path, facts):
    with pytest.raises(ModelError, match="no such model file"):
        read_metadata(tmp_path / "none.tflite")
    with pytest.raises(ModelError, match="cannot read"):
        write_metadata(tmp_path / "none.tflite", ModelMetadata.from_dict(facts))


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_members_that_are_no_object(model, text):
    with zipfile.ZipFile(model, "a") as archive:
        archive.writestr("metadata.json", text)
    with pytest.raises(ModelError, match=r"metadata\.json is not"):
        read_metadata(model)


@pytest.mark.parametrize("name", ["format", "macs", "accuracy", "skeleton"])
def test_missing_fields_are_named(facts, name):
    del facts[name]
    with pytest.raises(ModelError, match=f"lacks {name};"):
        ModelMetadata.from_dict(facts)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("preset", ""),
        ("image_size", [192]),
        ("image_size", 192),
        ("image_size", [0, 192]),
        ("keypoint_names", []),
        ("keypoint_names", ["wrist", 3]),
        ("skeleton", [[0, 1, 2]]),
        ("skeleton", [0, 1]),
        ("skeleton", [[0, 21]]),
        ("num_keypoints", 20),
        ("crop", {"scale": 0}),
        ("crop", 1.5),
        ("decode", {}),
        ("precision", "float8"),
        ("trained", "yes"),
        ("parameters", 1.5),
        ("parameters", True),
        ("macs", -1),
        ("accuracy", []),
        ("format", "handypose-tf/2"),
        ("kind", "face"),
    ],
)
def test_bad_fields_are_named(facts, name, value):
    with pytest.raises(ModelError, match=name):
        ModelMetadata.from_dict({**facts, name: value})


def test_fields_of_later_versions_are_ignored(facts):
    later = {**facts, "mood": "good", "decode": {**facts["decode"], "mood": "good"}}
    assert ModelMetadata.from_dict(later).to_dict() == facts


def test_what_decode_says_comes_back(facts):
    decode = {"method": "dark", "cell_offset": 1.5, "calibration": [8.4, -3.6]}
    facts["decode"] = {**decode, "min_score": 0.9, "keep_score": 0.5}
    metadata = ModelMetadata.from_dict(facts)
    assert metadata.decode.calibration == (8.4, -3.6)
    assert metadata.decode.max_hands is None and metadata.to_dict() == facts


def test_json_stays_strict(model, facts):
    metadata = ModelMetadata.from_dict({**facts, "accuracy": {"pck": float("nan")}})
    with pytest.raises(ValueError, match="JSON compliant"):
        write_metadata(model, metadata)
    assert model.read_bytes() == MODEL_BYTES
    assert json.dumps(facts)


def test_files_from_before_the_detector_hold_pose_models(facts):
    del facts["kind"]
    assert ModelMetadata.from_dict(facts).kind == "pose"


def test_a_detector_has_no_keypoints(facts):
    with pytest.raises(ModelError, match="a detector none"):
        ModelMetadata.from_dict({**facts, "kind": "detector"})
    nothing = {"keypoint_names": [], "skeleton": [], "num_keypoints": 0}
    detector = {**facts, **nothing, "kind": "detector"}
    assert ModelMetadata.from_dict(detector).to_dict() == detector
