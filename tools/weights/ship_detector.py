"""Turn a trained detector into the files of `savedmodels/`.

    python tools/weights/ship_detector.py runs/detector_256/best.keras \
        --recipe tools/weights/detector.yaml \
        --dev coco:coco_hands_dev/annotations.json --out savedmodels

Run in the folder that the recipe was trained in. Stores the kernels as float16, exports
int8 from that file, calibrated on training scenes, measures it and a float32 export,
which does not ship, on the recipe's held-out photos and scenes and on human-labelled
photos, and writes `PRESET_SIZE.card.json`.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from handypose_tf.data import open_source
from handypose_tf.evaluation.finding import (
    LOWEST_SCORE,
    LabelledPhoto,
    as_finds,
    find_in_photos,
    labelled_photos,
    measure_finding,
)
from handypose_tf.export import Calibration, Quantization, export_litert
from handypose_tf.files import file_sha256, write_checksum, write_json
from handypose_tf.inference import HandDetector
from handypose_tf.litert.metadata import write_metadata
from handypose_tf.models import load_detector, save_model
from handypose_tf.tasks import DetectorTask
from handypose_tf.training import load_config

LICENCE = "Apache-2.0"

TRAINING_DATA = "rendered hands, and photos labelled by MediaPipe Hands"

#: Smaller hands count neither way, pixels.
MIN_SIZE = 48

#: Scenes that the int8 file is calibrated on, and their seed: none that it trains on.
CALIBRATION_SCENES, CALIBRATION_SEED = 200, 77

#: What is found scores as much as gives this on held-out photos: the pose network's own
#: score tells half a false alarm a photo from hands, and cannot find a hand itself.
THRESHOLD_OF = "recall@0.5"


def measure(path: Path, groups: dict[str, Sequence[LabelledPhoto]]) -> dict[str, Any]:
    """Return recalls with intervals on each group of photos."""
    detector = HandDetector(path, min_score=LOWEST_SCORE)
    figures = {}
    for name, photos in groups.items():
        found = find_in_photos(lambda image: as_finds(detector.detect(image)), photos)
        figures[name] = measure_finding(found).to_dict()
    return figures


def main() -> None:
    """Write model files and card."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--recipe", type=Path, required=True, help="training's YAML")
    parser.add_argument("--dev", required=True, help="human-labelled hands")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    model = load_detector(args.model)
    size = model.image_size[0]
    task = DetectorTask(load_config(args.recipe, [f"model.image_size={size}"]))
    stem = f"{model.settings['preset']}_{size}"
    model.describe(licence=LICENCE, training_data=TRAINING_DATA)
    path = save_model(model, args.out / f"{stem}.keras", half=True)
    model = load_detector(path)
    scenes = [
        task.training.maker.make(size, (CALIBRATION_SEED, i))
        for i in range(CALIBRATION_SCENES)
    ]
    calibration = Calibration(np.stack([s for s, _ in scenes]), "training scenes")
    records = open_source(args.dev).records()
    groups = {
        "human-labelled COCO photos": labelled_photos(records, min_size=MIN_SIZE),
        "held-out photos": task.photos,
        "held-out scenes": task.scenes,
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
    model.describe(accuracy=accuracy)
    if threshold is not None:
        model.describe(min_score=round(threshold, 3))
    save_model(model, path, half=True)
    metadata = model.metadata("int8")
    write_metadata(file, metadata)
    card = metadata.to_dict() | {
        "figures": figures,
        "sha256": {file.name: write_checksum(file), path.name: file_sha256(path)},
        "page": f"docs/models/{model.settings['preset']}.md",
    }
    write_json(args.out / f"{stem}.card.json", card)


def summary(figures: dict[str, Any]) -> dict[str, float]:
    """Return what a file says of its accuracy."""
    data = f"{figures['num_hands']} hands of {figures['num_photos']} COCO photos"
    recall = figures["recall@1"]["value"]
    return {f"recall at one false alarm a photo, {data}": round(recall, 4)}


if __name__ == "__main__":
    main()
