"""A detector on its way into `savedmodels/`, by the task of its recipe."""

from __future__ import annotations

import argparse
import tempfile
from functools import cached_property
from pathlib import Path

import numpy as np
from choose_limits import find_detection_limit
from shipper import LICENCE, MIN_SIZE, Figures, Shipper, state

from handypose_tf.data import Reader, open_source
from handypose_tf.evaluation.finding import (
    LOWEST_SCORE,
    Finds,
    LabelledPhoto,
    as_finds,
    find_in_photos,
    labelled_photos,
    measure_finding,
)
from handypose_tf.export import Calibration, export_litert
from handypose_tf.images import Image
from handypose_tf.inference import HandDetector
from handypose_tf.inference.estimator import DEFAULT_LEVELS
from handypose_tf.models import HandyPoseDetector, load_detector, save_model
from handypose_tf.tasks import DetectorTask
from handypose_tf.training import load_config

TRAINING_DATA = (
    "rendered hands, photos labelled by MediaPipe Hands, and photos of people (CC BY, "
    "CC0, public domain, MIT; credits in docs/models/credits.md) whose hands and "
    "places without a hand were graded by eye"
)

#: Scenes that the int8 file is calibrated on, and their seed: none that it trains on.
CALIBRATION_SCENES, CALIBRATION_SEED = 200, 77


class DetectorShipper(Shipper):
    """Ships a detector, by the task of its recipe."""

    model: HandyPoseDetector

    def __init__(self, model: HandyPoseDetector, args: argparse.Namespace) -> None:
        super().__init__(model, args)
        if args.recipe is None or args.people is None:
            raise SystemExit("a detector is shipped by its --recipe, with --people")
        size = [f"model.image_size={model.image_size[0]}"]
        self.task = DetectorTask(load_config(args.recipe, size))

    @property
    def check_on(self) -> Reader:
        """The human-labelled photos."""
        return open_source(self.args.dev)

    @cached_property
    def crops(self) -> Calibration:
        """Scenes like those of the training."""
        make, size = self.task.training.maker.make, self.model.image_size[0]
        scenes = [make(size, (CALIBRATION_SEED, i)) for i in range(CALIBRATION_SCENES)]
        images = np.stack([image for image, _ in scenes])
        return Calibration(images, "training scenes")

    @cached_property
    def groups(self) -> dict[str, list[LabelledPhoto]]:
        """What is measured on."""
        records = open_source(self.args.dev).records()
        return {
            "human-labelled COCO photos": labelled_photos(records, min_size=MIN_SIZE),
            "held-out photos": self.task.photos,
            "held-out scenes": self.task.scenes,
        }

    def prepare(self) -> tuple[list[Path], Figures]:
        """Write the file, and measure a float32 export of it, which does not ship."""
        self.model.describe(licence=LICENCE, training_data=TRAINING_DATA)
        path = save_model(self.model, self.place(".keras"), half=True)
        self.model = load_detector(path)
        with tempfile.TemporaryDirectory() as folder:
            plain = export_litert(self.model, Path(folder) / "float32.tflite")
            return [path], {"figures": {"float32": self.measure(plain)}}

    def measure(self, path: Path) -> Figures | None:
        """Return recalls with intervals on each group of photos."""
        if path.suffix == ".keras":
            return None
        detector = HandDetector(path, min_score=LOWEST_SCORE)
        figures = {}

        def find(image: Image) -> Finds:
            return as_finds(detector.detect(image))

        for name, photos in self.groups.items():
            found = find_in_photos(
                lambda image: as_finds(detector.detect(image)), photos
            )
            figures[name] = measure_finding(found).to_dict()
        return figures

    def finish(self, files: list[Path], figures: dict[str, Figures]) -> Figures:
        """Let the files tell accuracy and threshold."""
        path, file = files
        found = figures[file.name]
        facts: Figures = {"accuracy": summary(found["human-labelled COCO photos"])}
        limit = find_detection_limit(file, self.args.people, DEFAULT_LEVELS)
        facts["min_score"] = round(limit, 3)
        self.model.describe(**facts)
        save_model(self.model, path, half=True)
        described = self.model.metadata("int8")
        state(file, accuracy=described.accuracy, decode=described.decode)
        return {"precision": "int8"}


def summary(figures: Figures) -> dict[str, float]:
    """Return what a detector's file says of its accuracy."""
    data = f"{figures['num_hands']} hands of {figures['num_photos']} COCO photos"
    recall = figures["recall@1"]["value"]
    return {f"recall at one false alarm a photo, {data}": round(recall, 4)}
