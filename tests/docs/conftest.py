"""The folder in which the examples of a page run: a reader's photos and data."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import pytest
from drawn_hands import write_coco
from fenced_blocks import ROOT

import handypose_tf
from handypose_tf.images import Image, read_image, write_image

PACKAGE = Path(handypose_tf.__file__).parent


@pytest.fixture(scope="session")
def readers_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the pages take for granted."""
    folder = tmp_path_factory.mktemp("reader")
    hand = read_image(PACKAGE / "assets" / "demo_hand.jpg")
    write_image(folder / "photo.jpg", hand)
    write_image(folder / "photos" / "one.jpg", hand)
    write_image(folder / "photos" / "two.jpg", hand[:, ::-1].copy())
    _write_clip(folder / "clip.mp4", hand)
    for data in ("labelled", "hands"):
        (folder / data).mkdir()
        content = write_coco(folder / data, count=6).read_bytes()
        for name in ("train.json", "val.json"):
            (folder / data / name).write_bytes(content)
    shipped = PACKAGE / "savedmodels" / "handypose_lite0_224.keras"
    best = folder / "runs" / "own_photos" / "best.keras"
    best.parent.mkdir(parents=True)
    shutil.copy(shipped, best)
    return folder


def _write_clip(path: Path, frame: Image, count: int = 3) -> None:
    """Write a video of one picture that does not move."""
    height, width = frame.shape[:2]
    codec = cv2.VideoWriter.fourcc(*"mp4v")
    writer = cv2.VideoWriter(str(path), codec, 25, (width, height))
    for _ in range(count):
        writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    writer.release()


@pytest.fixture
def working_folder(
    readers_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A copy of these files, and the folder that everything runs in."""
    folder = tmp_path / "work"
    shutil.copytree(readers_files, folder)
    (folder / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(folder)
    return folder
