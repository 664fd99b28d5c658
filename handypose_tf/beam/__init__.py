"""Folders of millions of pictures: prediction and labelling as Apache Beam transforms.

The public names are loaded on first use: they need the `beam` extra, and a pipeline's
file can be imported where it is not installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handypose_tf.lazy import lazy_names

if TYPE_CHECKING:
    from handypose_tf.beam.label_hands import LabelHands as LabelHands
    from handypose_tf.beam.picture_transform import PictureResults as PictureResults
    from handypose_tf.beam.predict_hands import PredictHands as PredictHands

__all__, __getattr__, __dir__ = lazy_names(
    __name__, needs=("apache_beam", "beam", "run on Apache Beam")
)
