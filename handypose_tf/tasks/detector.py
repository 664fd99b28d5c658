"""The detector task: a whole picture to its hands."""

from __future__ import annotations

from typing import Any

import numpy as np

from handypose_tf.data.credits import DataCredits
from handypose_tf.data.scenes.pipeline import ScenePipeline
from handypose_tf.evaluation.detection import recall_at
from handypose_tf.evaluation.finding import LOWEST_SCORE, find_hands, match_photos
from handypose_tf.images import Image
from handypose_tf.images.drawing import contact_sheet, draw_boxes
from handypose_tf.losses import DetectionLoss
from handypose_tf.models import HandyPoseDetector, hand_detector
from handypose_tf.models.first_weights import load_first_weights
from handypose_tf.tasks.described_data import describe_records
from handypose_tf.tasks.detector_config import DetectorConfig
from handypose_tf.tasks.detector_data import (
    open_scenes,
    photos_of,
    photos_of_scenes,
    read_credits,
    read_sources,
)
from handypose_tf.tasks.origin import data_facts
from handypose_tf.tasks.task import Figures, Task, finite_score

#: False alarms that photos and scenes of the validation are measured at.
PHOTO_ALARMS, SCENE_ALARMS = 0.1, 1.0

#: A file's own threshold is no higher.
_HIGHEST_THRESHOLD = 0.9

#: What the best epoch has most of, together.
_RECALLS = ("photos", "scenes")

#: Pictures that are drawn.
_NUM_DRAWN = 16

_FOUND_COLOR = (255, 120, 40)


class DetectorTask(Task):
    """Learns where hands are in whole pictures, how large and how turned."""

    config: DetectorConfig
    training: ScenePipeline
    validation: ScenePipeline | None

    def open_data(self) -> tuple[ScenePipeline, ScenePipeline | None]:
        """Open the scenes to train on, and those and the photos to validate on."""
        data = self.config.data
        self._pictures = {
            "train": read_sources(data.train, data.on_error),
            "validation": read_sources(data.validation, data.on_error),
        }
        self._credits = read_credits(data.train, data.licence)
        held_out = self._pictures["validation"]
        training, validation = open_scenes(
            self.config, self._pictures["train"], held_out
        )
        self.photos = photos_of(data.validation, held_out)
        self.scenes = photos_of_scenes(validation) if validation else []
        return training, validation

    def build_network(self) -> HandyPoseDetector:
        """Build the network with its first weights; see `Task.build`."""
        spec = self.config.model
        model = hand_detector(
            spec.preset, image_size=spec.image_size, overrides=spec.overrides
        )
        load_first_weights(model, spec.weights, spec.imagenet_file)
        return model

    def losses(self, model: HandyPoseDetector) -> dict[str, Any]:
        """Return the loss of the maps, for `compile`."""
        return {"loss": {"maps": DetectionLoss(self.config.loss.shape_weight)}}

    def measure(self, model: HandyPoseDetector) -> dict[str, float]:
        """Return the recall on photos and on scenes, and the photos' threshold."""
        figures = {}
        if self.photos:
            matched = match_photos(model, self.photos)
            figures["photos"], figures["threshold"] = recall_at(matched, PHOTO_ALARMS)
        if self.scenes:
            matched = match_photos(model, self.scenes)
            figures["scenes"] = recall_at(matched, SCENE_ALARMS)[0]
        return figures

    def score(self, figures: Figures) -> float:
        """Return the recalls' sum, else how low the training's loss is."""
        recalls = [figures[f"val_{n}"] for n in _RECALLS if f"val_{n}" in figures]
        return finite_score(sum(recalls) if recalls else -figures["loss"])

    def facts(self, figures: Figures) -> dict[str, Any]:
        """Return what the model was trained on, its threshold, and how well it does."""
        facts: dict[str, Any] = {
            "trained": True,
            **data_facts(self.credits()),
        }
        if "val_photos" in figures:
            name = f"validation recall at {PHOTO_ALARMS:g} false alarms a photo"
            facts["accuracy"] = {name: figures["val_photos"]}
            threshold = min(figures["val_threshold"], _HIGHEST_THRESHOLD)
            facts["min_score"] = round(threshold, 3)
        return facts

    def credits(self) -> dict[str, DataCredits]:
        """Return what each data set to train on states, by its name."""
        return dict(self._credits)

    def describe_data(self) -> dict[str, Any]:
        """Return names, sizes and checksums of the data."""
        data = self.config.data
        sources = {"train": data.train, "validation": data.validation}
        return {
            name: [
                describe_records(
                    source.source,
                    [record for picture in group for record in picture.records],
                )
                for source, group in zip(
                    sources[name], self._pictures[name], strict=True
                )
            ]
            for name in sources
            if sources[name]
        }

    def draw(self, model: HandyPoseDetector) -> Image:
        """Draw scenes of the validation, or of the training, with what is found."""
        pipeline = self.validation or self.training
        scenes = pipeline.samples(0, np.arange(min(_NUM_DRAWN, pipeline.num_samples)))
        images = [scene["image"] for scene in scenes.as_numpy_iterator()]
        threshold = model.description.decode.min_score or LOWEST_SCORE
        drawn = [
            draw_boxes(image, boxes[scores >= threshold], _FOUND_COLOR)
            for image, (boxes, scores) in zip(
                images, find_hands(model, images), strict=True
            )
        ]
        return contact_sheet(drawn, columns=4)
