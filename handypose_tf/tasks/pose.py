"""The pose task: a crop of a hand to its keypoints, and to its side."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from handypose_tf.data.credits import DataCredits
from handypose_tf.data.pipeline import HandPipeline
from handypose_tf.data.sample import NO_HAND, Record
from handypose_tf.errors import ModelError
from handypose_tf.images import Image
from handypose_tf.images.drawing import contact_sheet, draw_keypoints
from handypose_tf.losses import HardKeypointMSE, HeatmapMSE, WeightedHeatmapMSE
from handypose_tf.models import HandyPose, handypose
from handypose_tf.models.first_weights import first_description, load_first_weights
from handypose_tf.models.training_defaults import output_losses, output_metrics
from handypose_tf.tasks.described_data import describe_records
from handypose_tf.tasks.origin import origin, origin_facts
from handypose_tf.tasks.pose_config import LossConfig, PoseConfig
from handypose_tf.tasks.pose_data import crop_heads, image_size, open_pipelines
from handypose_tf.tasks.task import Figures, Task, finite_score
from handypose_tf.tasks.world_heads import fit_world_heads

#: Hands that are drawn with what a model finds.
_NUM_DRAWN = 16


class PoseTask(Task):
    """Learns keypoints out of crops of hands, and the side of a hand if asked."""

    config: PoseConfig
    training: HandPipeline
    validation: HandPipeline | None
    _first_weights: list[NDArray] | None = None

    def open_data(self) -> tuple[HandPipeline, HandPipeline | None]:
        """Open the hands to train on, and those to validate on."""
        training, validation = open_pipelines(self.config)
        if training.batch_size != self.config.batch_size:
            hands = f"{training.num_samples} hands"
            self.notes = (f"{hands}: batches of {training.batch_size}",)
        if validation is not None:
            self.notes += _shared_pictures(training, validation)
        return training, validation

    def build_network(self) -> HandyPose:
        """Build the network for the data's keypoints; see `Task.build`."""
        data = self.training.readers[0]
        spec = self.config.model
        model = handypose(
            spec.preset,
            weights=None if spec.imagenet_file else spec.weights,
            image_size=image_size(self.config),
            keypoint_names=data.keypoint_names,
            skeleton=data.skeleton,
            overrides=spec.overrides,
            **crop_heads(self.config),
        )
        first = first_description(spec.weights, spec.preset)
        if first is not None and first.world and not model.description.world:
            self.notes += (
                "keypoints_3d are left out: they need the hand's 21 keypoints",
            )
        if spec.imagenet_file:
            load_first_weights(model, spec.weights, spec.imagenet_file)
        if not _has_places(self.training.records):
            _freeze_presence(model)
        if model.description.world:
            self._first_weights = model.get_weights()
        return model

    def finish(self, model: HandyPose) -> bool:
        """Fit the heads for three dimensions; see `fit_world_heads`."""
        if self._first_weights is None:
            return False
        teacher = type(model).from_config(model.get_config())
        teacher.set_weights(self._first_weights)
        return bool(fit_world_heads(model, teacher, self.training))

    def losses(self, model: HandyPose) -> dict[str, Any]:
        """Return the losses of a model's outputs and their weights, for `compile`."""
        config, num_points = self.config.loss, len(model.description.keypoint_names)
        if config.kind == "hard" and config.top_k > num_points:
            raise ModelError(
                f"loss.top_k is {config.top_k}, of {num_points} keypoints; lower it"
            )
        return output_losses(
            model,
            heatmap_loss(config, model) if model.has_heatmaps else None,
            handedness_weight=config.handedness_weight,
            presence_weight=config.presence_weight,
            points_weight=config.points_weight,
        )

    def metrics(self, model: HandyPose) -> dict[str, Any]:
        """Return `pck`, `epe`, `auc` and the heads' metrics; see `output_metrics`.

        A head has none where the validation cannot tell: no hand of known side, or no
        place without a hand.
        """
        metrics = output_metrics(model)
        hands = (self.validation or self.training).records
        if all(hand.is_left < 0 for hand in hands):
            metrics.pop("handedness", None)
        if not _has_places(hands):
            metrics.pop("presence", None)
        return metrics

    def score(self, figures: Figures) -> float:
        """Return the validation's PCK, else how low the training's loss is."""
        has_pck = "val_pck" in figures
        return finite_score(figures["val_pck"] if has_pck else -figures["loss"])

    def facts(self, figures: Figures) -> dict[str, Any]:
        """Return what the model was trained on and how well it does."""
        data = self.config.data
        facts: dict[str, Any] = {
            "trained": True,
            **origin_facts(self.config.model, self.credits()),
            "calibration": None,
            "accuracy": {},
        }
        if "val_pck" in figures:
            facts["accuracy"] = {"validation pck_box@0.2": figures["val_pck"]}
        if data.crop_scale is not None:
            facts["crop_scale"] = data.crop_scale
        return facts

    def credits(self) -> dict[str, DataCredits]:
        """Return what each data set to train on states, by its name."""
        data = self.config.data
        pairs = zip(data.train, self.training.readers, strict=True)
        return {
            source.source: reader.credits.or_licence(data.licence)
            for source, reader in pairs
        }

    def origin(self) -> dict[str, Any]:
        """Return what the first weights are and where they come from."""
        return origin(self.config.model)

    def describe_data(self) -> dict[str, Any]:
        """Return names, sizes and checksums of the data."""
        pipelines = {"train": self.training, "validation": self.validation}
        return {
            name: [
                describe_records(
                    str(reader), reader.records(), handedness=pipeline.handedness
                )
                for reader in pipeline.readers
            ]
            for name, pipeline in pipelines.items()
            if pipeline is not None
        }

    def draw(self, model: HandyPose) -> Image:
        """Draw hands of the validation, or of the training, with their keypoints."""
        pipeline = self.validation or self.training
        places = _some(pipeline.num_samples)
        hands = [*pipeline.samples(0, places).as_numpy_iterator()]
        images = np.stack([hand["image"] for hand in hands])
        maps = model(tf.cast(images, tf.float32), training=False)[model.maps_name]
        size = np.array(model.image_size[::-1])
        found = model.decoder()(maps).numpy()
        skeleton = model.description.skeleton
        drawn = [
            draw_keypoints(image, hand[:, :2] * size - 0.5, hand[:, 2], None, skeleton)
            for image, hand in zip(images, found, strict=True)
        ]
        return contact_sheet(drawn, columns=4)


def _shared_pictures(
    training: HandPipeline, validation: HandPipeline
) -> tuple[str, ...]:
    """Return a line if pictures of the validation are trained on, too."""
    taught, pictures = (
        {(os.path.abspath(hand.image_path), hand.span) for hand in pipeline.records}
        for pipeline in (training, validation)
    )
    shared = len(pictures & taught)
    if not shared:
        return ()
    return (
        f"warning: {shared} of {len(pictures)} pictures of the validation are trained "
        "on, too: its figures are too good; give others",
    )


def _has_places(records: Iterable[Record]) -> bool:
    """Tell whether any record is a place without a hand."""
    return any((record.visibility == NO_HAND).any() for record in records)


def _freeze_presence(model: HandyPose) -> None:
    """Keep the presence head as it is: hands alone would teach it to say yes always."""
    for layer in model.layers:
        if layer.name.startswith("presence"):
            layer.trainable = False


def heatmap_loss(config: LossConfig, model: HandyPose) -> Any:
    """Return the loss for a model's heatmaps."""
    targets: dict[str, Any] = {
        "stride": model.stride,
        "cell_offset": model.cell_offset,
        "sigma": config.sigma,
        "cutoff": config.cutoff,
        "whole_pixels": config.whole_pixels,
    }
    if config.kind == "mse":
        return HeatmapMSE(**targets)
    targets["foreground_weight"] = config.foreground_weight
    if config.kind == "weighted":
        return WeightedHeatmapMSE(**targets)
    return HardKeypointMSE(top_k=config.top_k, **targets)


def _some(count: int) -> np.ndarray:
    """Return places from all over a data set."""
    return np.unique(np.linspace(0, count - 1, min(count, _NUM_DRAWN)).astype(int))
