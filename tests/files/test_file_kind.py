"""What people hand over in place of a model: each is one line that says what it is."""

from __future__ import annotations

import pytest

from handypose_tf.data.parsing import read_json
from handypose_tf.errors import HandyPoseError, ModelError
from handypose_tf.files.file_kind import file_kind
from handypose_tf.litert.interpreter import open_interpreter
from handypose_tf.litert.metadata import read_metadata
from handypose_tf.litert.shipped import bundled_models
from handypose_tf.models import load_model
from handypose_tf.weights.state_dict import read_state_dict

MISTAKES = {
    b"": "the file is empty; fetch it again",
    b"version https://git-lfs.github.com/spec/v1\noid sha256:aa\n": "git lfs pull",
    b"<!DOCTYPE html><title>404</title>": "a web page, not the file that it links to",
    b"PK\x03\x04" + bytes(60): "a zip archive; unpack it",
}


def read_checkpoint(path):
    if path.read_bytes().startswith(b"PK"):  # as a checkpoint does
        raise ModelError(f"{path}: a zip archive; unpack it")
    return read_state_dict(path)


@pytest.mark.parametrize(
    "read", [read_metadata, open_interpreter, read_json, read_checkpoint]
)
@pytest.mark.parametrize("content", MISTAKES)
def test_a_file_that_is_another_is_named(tmp_path, read, content):
    path = tmp_path / "model.tflite"
    path.write_bytes(content)
    with pytest.raises(HandyPoseError, match=MISTAKES[content]) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_a_keras_file_that_is_another_is_named(tmp_path):
    path = tmp_path / "model.keras"
    for content, words in MISTAKES.items():
        path.write_bytes(content)
        is_zip = content.startswith(b"PK")  # as a .keras file is
        with pytest.raises(ModelError, match=r"not a \.keras" if is_zip else words):
            load_model(path)


@pytest.mark.parametrize("share", [0.001, 0.3, 0.9])
def test_a_model_that_is_cut_off_is_told(tmp_path, share):
    whole = next(p for p in bundled_models() if p.suffix == ".tflite").read_bytes()
    path = tmp_path / "cut.tflite"
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(HandyPoseError, match="cut off or broken; fetch it again"):
        read_metadata(path)


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\0\0\0\x18ftypavif", "AVIF"),
        (b"\0\0\0\x18ftypqt  ", "a video"),
        (b"RIFF\0\0\0\0WEBP", "WebP"),
        (b"RIFF\0\0\0\0AVI ", "a video"),
        (b"just a text", None),
    ],
)
def test_kinds(start, kind):
    assert file_kind(start) == kind


def test_a_folder_is_no_checkpoint(tmp_path):
    with pytest.raises(ModelError, match="cannot read: Is a directory"):
        read_state_dict(tmp_path)
