from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from dot_hands import DotTeacher, draw_dots

import handypose_tf
from handypose_tf.images import Image, read_image, write_image
from handypose_tf.labelling import MediaPipeHands


@pytest.fixture(scope="session")
def mediapipe_hands(mediapipe_folder: Path) -> MediaPipeHands:
    """MediaPipe's networks."""
    return MediaPipeHands(mediapipe_folder)


@pytest.fixture(scope="session")
def demo_hand() -> tuple[Image, np.ndarray]:
    """A rendered hand and its true keypoints."""
    folder = Path(handypose_tf.__file__).parent / "assets"
    truth = json.loads((folder / "demo_hand.json").read_text())
    image = read_image(folder / "demo_hand.jpg")
    return image, np.array(truth["keypoints"], np.float32)


@pytest.fixture
def dot_teacher() -> DotTeacher:
    return DotTeacher()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Three photos with a hand of dots, a copy, one without a hand, a broken one."""
    folder = tmp_path / "photos"
    for seed in range(3):
        write_image(folder / "sub" / f"hand_{seed}.png", draw_dots(seed))
    write_image(folder / "sub" / "hand_1_copy.png", draw_dots(1))
    write_image(folder / "tiff" / "hand.tif", draw_dots(7))
    write_image(folder / "empty.png", draw_dots(5, num_dots=0))
    (folder / "broken.jpg").write_bytes(b"no picture")
    return folder
