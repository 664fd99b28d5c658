"""Types of the fixtures that make hands and predictions."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from handypose_tf.data import Record


class MakeRecord(Protocol):
    """Makes one annotated hand."""

    def __call__(
        self,
        keypoints: ArrayLike,
        visibility: ArrayLike | None = None,
        *,
        name: str = "hand",
        box: ArrayLike = (0, 0, 100, 100),
        head_size: float = 0.0,
        image_path: str = "hand.png",
        image_id: int | None = None,
        annotation_id: int | None = None,
    ) -> Record: ...


class PredictNear(Protocol):
    """Gives predictions for the hands, about `spread` pixels beside the truth."""

    def __call__(self, spread: float, seed: int) -> np.ndarray: ...
