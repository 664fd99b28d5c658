"""Labels of samples as a COCO-keypoints file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from handypose_tf import __version__
from handypose_tf.files.coco import coco_content
from handypose_tf.synth.config import SynthConfig
from handypose_tf.synth.sample import HandLabel, SynthSample


def coco_json(labels: Sequence[dict[str, Any]], config: SynthConfig) -> dict[str, Any]:
    """Return a COCO-keypoints file of samples' labels (see :func:`label_of`)."""
    size = {"width": config.size, "height": config.size}
    pictures = (
        ({"id": x["index"], "file_name": x["file"], **size}, x["hands"]) for x in labels
    )
    return coco_content(pictures, _info(config))


def label_of(index: int, sample: SynthSample) -> dict[str, Any]:
    """Return what `parts/` stores of a sample."""
    hands = [_annotation(hand) for hand in sample.hands]
    return {"index": index, "file": f"{index:07d}.jpg", "hands": hands}


def _annotation(hand: HandLabel) -> dict[str, Any]:
    """Return the part of a COCO annotation that does not depend on numbering."""
    shown = hand.visibility > 0
    points = np.where(shown[:, None], hand.keypoints.astype(float).round(2), 0.0)
    triples = zip(points.tolist(), hand.visibility.tolist(), strict=True)
    skin = {} if hand.melanin is None else {"melanin": round(float(hand.melanin), 4)}
    return {
        "keypoints": [number for (x, y), v in triples for number in (x, y, v)],
        "num_keypoints": int(shown.sum()),
        "bbox": hand.box.astype(float).round(2).tolist(),
        "area": round(float(hand.box[2] * hand.box[3]), 1),
        "is_left": int(hand.is_left),
        "iscrowd": int(hand.is_hidden),
        **skin,
    }


def _info(config: SynthConfig) -> dict[str, Any]:
    hands = "CC0 (MakeHuman base mesh, rig and targets)"
    photos = "; photos behind the hands keep their own licences"
    return {
        "description": "Rendered hands with exact keypoints",
        "version": __version__,
        "source": "handypose synth",
        "licence": hands + (photos if config.photos else ""),
        **config.to_dict(),
    }
