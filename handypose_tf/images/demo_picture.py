"""The package's own picture: a rendered hand whose keypoints are known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from handypose_tf.errors import DataError
from handypose_tf.geometry import FloatArray
from handypose_tf.images.reading import Image, read_image

ASSETS = Path(__file__).resolve().parents[1] / "assets"


@dataclass(frozen=True)
class DemoPicture:
    """The shipped picture and the truth about its hand.

    Attributes:
        path: Of the picture.
        image: `(height, width, 3)` uint8 RGB.
        keypoints: `(num_keypoints, 2)`, pixels.
        visibility: `(num_keypoints,)`; 0 is not to be measured.
        box: `(4,)`, the hand's tight box, pixels.
    """

    path: Path
    image: Image
    keypoints: FloatArray
    visibility: FloatArray
    box: FloatArray

    @classmethod
    def read(cls) -> DemoPicture:
        """Read `demo_hand.jpg` and `demo_hand.json`.

        Raises:
            DataError: If they are not there.
        """
        path = ASSETS / "demo_hand.jpg"
        image = read_image(path)
        try:
            facts = json.loads((ASSETS / "demo_hand.json").read_text("utf-8"))
        except OSError as error:
            raise DataError(
                f"{error.filename}: {error.strerror}; install handypose-tf again"
            ) from error
        arrays = (facts[name] for name in ("keypoints", "visibility", "box"))
        return cls(path, image, *(np.asarray(array, np.float32) for array in arrays))
