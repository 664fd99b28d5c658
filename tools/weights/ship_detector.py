"""Turn a trained detector into the files of `savedmodels/`.

    python tools/weights/ship_detector.py runs/detector/best.keras \
        --hands hands --dev coco:coco_hands_dev/annotations.json --out savedmodels

Stores the kernels as float16, exports int8 from that file, calibrated on training
scenes, measures it and a float32 export, which does not ship, on held-out photos and
scenes and on human-labelled photos, and writes `PRESET_SIZE.card.json`.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from detector_data import (
    HeldOut,
    held_out_photos,
    held_out_scenes,
    make_scenes,
    read_pictures,
)

from handypose_tf.data import open_source
from handypose_tf.evaluation.detection import (
    MatchedPhoto,
    PhotoDetections,
    match_photo,
    recall_at,
    recall_estimate,
)
from handypose_tf.export import Calibration, Quantization, export_litert
from handypose_tf.files import write_checksum, write_json
from handypose_tf.images import read_image
from handypose_tf.inference import HandDetector
from handypose_tf.model_metadata import write_metadata
from handypose_tf.models import load_detector, save_model

#: Smaller hands count neither way, pixels.
MIN_SIZE = 48

#: Scenes that the int8 file is calibrated on, and their seed: none that it trains on.
CALIBRATION_SCENES, CALIBRATION_SEED = 200, 77

#: What scores less is not looked at.
LOWEST_SCORE = 0.02

FALSE_ALARMS = (0.1, 0.5, 1.0)

#: What is found scores as much as gives this on held-out photos: the pose network's own
#: score tells half a false alarm a photo from hands, and cannot find a hand itself.
THRESHOLD_OF = "recall@0.5"


def read_labelled(source: str) -> list[HeldOut]:
    """Return photos whose hands people labelled."""
    groups: dict[str, list[np.ndarray]] = {}
    for record in open_source(source).records():
        groups.setdefault(record.image_path, []).append(record.box)
    photos = []
    for path, boxes in groups.items():
        every = np.array(boxes)
        counts = every[:, 2:].max(axis=1) >= MIN_SIZE
        photos.append(HeldOut(read_image(path), every[counts], every[~counts]))
    return photos


def find(path: Path, photos: Sequence[HeldOut]) -> list[MatchedPhoto]:
    """Run a file on photos and tell hits from false alarms."""
    detector = HandDetector(path, min_score=LOWEST_SCORE)
    matched = []
    for photo in photos:
        hands = detector.detect(photo.image)
        boxes = np.array([hand.box for hand in hands]).reshape(-1, 4)
        scores = np.array([hand.score for hand in hands])
        detections = PhotoDetections(photo.truth, boxes, scores, photo.possible)
        matched.append(match_photo(detections))
    return matched


def measure(path: Path, groups: dict[str, list[HeldOut]]) -> dict[str, Any]:
    """Return recalls with intervals on each group of photos."""
    figures: dict[str, Any] = {}
    for name, photos in groups.items():
        matched = find(path, photos)
        figures[name] = {
            "num_photos": len(photos),
            "num_hands": sum(len(photo.truth) for photo in photos),
            **{
                f"recall@{alarms:g}": recall_estimate(matched, alarms).to_dict()
                | {"threshold": recall_at(matched, alarms)[1]}
                for alarms in FALSE_ALARMS
            },
        }
    return figures


def main() -> None:
    """Write model files and card."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--hands", type=Path, required=True)
    parser.add_argument("--dev", required=True, help="human-labelled hands")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    model = load_detector(args.model)
    size = model.image_size[0]
    stem = f"{model.settings['preset']}_{size}"
    path = save_model(model, args.out / f"{stem}.keras", half=True)
    model = load_detector(path)
    maker = make_scenes(args.hands, "train")
    scenes = [
        maker.make(size, (CALIBRATION_SEED, i)) for i in range(CALIBRATION_SCENES)
    ]
    calibration = Calibration(np.stack([s for s, _ in scenes]), "training scenes")
    groups = {
        "human-labelled COCO photos": read_labelled(args.dev),
        "held-out photos": held_out_photos(read_pictures(args.hands, "held_out")),
        "held-out scenes": held_out_scenes(make_scenes(args.hands, "held_out"), size),
    }
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        plain = export_litert(model, Path(folder) / "float32.tflite")
        figures[plain.stem] = measure(plain, groups)
    quantized = Quantization(calibration=calibration)
    file = args.out / f"{stem}_int8.tflite"
    export_litert(model, file, "int8", quantization=quantized)
    figures[file.name] = measure(file, groups)
    accuracy = summary(figures[file.name]["human-labelled COCO photos"])
    threshold = figures[file.name]["held-out photos"][THRESHOLD_OF]["threshold"]
    model.describe(min_score=round(threshold, 3), accuracy=accuracy)
    save_model(model, path, half=True)
    metadata = model.metadata("int8")
    write_metadata(file, metadata)
    card = metadata.to_dict() | {
        "figures": figures,
        "sha256": {file.name: write_checksum(file), path.name: sha256(path)},
        "page": f"docs/models/{model.settings['preset']}.md",
    }
    write_json(args.out / f"{stem}.card.json", card)


def sha256(path: Path) -> str:
    """Return a file's checksum."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def summary(figures: dict[str, Any]) -> dict[str, float]:
    """Return what a file says of its accuracy."""
    data = f"{figures['num_hands']} hands of {figures['num_photos']} COCO photos"
    recall = figures["recall@1"]["value"]
    return {f"recall at one false alarm a photo, {data}": round(recall, 4)}


if __name__ == "__main__":
    main()
