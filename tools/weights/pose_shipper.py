"""A pose network on its way into `savedmodels/`."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
from shipper import LICENCE, MIN_SIZE, Figures, Shipper, state

from handypose_tf.data import Reader, open_source
from handypose_tf.evaluation import CropRule, predict_hands
from handypose_tf.evaluation.calibrate import calibrate_model
from handypose_tf.evaluation.handedness import measure_handedness
from handypose_tf.evaluation.measure import measure_model, select_from
from handypose_tf.evaluation.plots import save_reliability_plot
from handypose_tf.evaluation.presence import calibrate_presence
from handypose_tf.evaluation.score_calibration import measure_reliability, pair_points
from handypose_tf.export import Calibration, open_calibration
from handypose_tf.export.calibration_crops import crop_places
from handypose_tf.files import write_json
from handypose_tf.inference import HandPoseEstimator
from handypose_tf.inference.estimator import DEFAULT_LEVELS
from handypose_tf.models import HandyPose, load_model, save_model

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))

from choose_limits import find_limit, write_limits
from make_golden_decode import golden_decode, golden_path

TRAINING_DATA = (
    "photos with permissive licences (Apache-2.0, public domain, MIT, CC BY 4.0 as "
    "stated by uploaders), labelled by MediaPipe Hands full, and rendered hands (CC0 "
    "anatomy)"
)

#: Beginning of a backbone's name -> where its first weights are from, and what its
#: presets were trained on besides.
ORIGINS = {
    "efficientnet_lite": "EfficientNet-Lite pre-trained on ImageNet (Apache-2.0)",
    "mediapipe": (
        "encoder from MediaPipe Hands 0.10.21 (Apache-2.0); photos of people (CC BY, "
        "CC0, public domain, MIT; credits in docs/models/credits.md), whose hands and "
        "places without a hand were graded by eye"
    ),
}

#: Training's places without a hand, and how many of them int8 is calibrated on, besides
#: hands.
PLACES = {"people_places": 50, "people_parts": 25, "feet": 25}

#: False alarms a photo of the operating point.
FALSE_ALARMS = 0.1

#: Human-labelled hands that are measured on have so many visible points.
MIN_POINTS = 10

PROTOCOLS = ("nsrm", "mmpose")


class PoseShipper(Shipper):
    """Ships a pose network."""

    model: HandyPose

    def __init__(self, model: HandyPose, args: argparse.Namespace) -> None:
        super().__init__(model, args)
        if args.hands is None:
            raise SystemExit("a pose network is shipped with --hands")
        if not args.size:
            self.precisions = tuple(args.precisions.split(","))
        self.held_out = open_source(
            f"coco:{args.hands / 'held_out/all.json'}", images=args.hands
        )

    @property
    def check_on(self) -> Reader:
        """The held-out hands."""
        return self.held_out

    @cached_property
    def crops(self) -> Calibration:
        """Crops of training data, and of places without a hand for presence."""
        hands, metadata = self.args.hands, self.model.metadata()
        training = open_source(f"coco:{hands / 'train/all.json'}", images=hands)
        crops = open_calibration(training, metadata)
        if not metadata.presence:
            return crops
        rng, places = np.random.default_rng(0), []
        for name, count in PLACES.items():
            path = hands / "train" / f"{name}.json"
            records = open_source(f"coco:{path}", images=hands).records()
            places += [records[i] for i in rng.permutation(len(records))[:count]]
        shown = np.concatenate([crops.crops, crop_places(places, metadata)])
        return replace(crops, crops=shown)

    def prepare(self) -> tuple[list[Path], Figures]:
        """Fit the scores and the limits; nothing for another size of crop."""
        if self.args.size:
            self.model = self.model.at_size(self.args.size)
            return [], {"weights": self.args.model.name}
        model = without_heads(self.model, self.args.without)
        if model.has_presence and self.args.people is None:
            raise SystemExit("a model that tells presence is shipped with --people")
        backbone = model.description.backbone.name
        [origin] = [text for name, text in ORIGINS.items() if backbone.startswith(name)]
        data = f"{TRAINING_DATA}; {origin}"
        model.describe(trained=True, licence=LICENCE, training_data=data)
        path = save_model(model, self.place(".keras"), half=True)
        if self.args.keep_scores:
            scores = self._scores_so_far()
        else:
            scores = calibrate(path, self.held_out, self.args.plots)
        if model.has_presence:
            people = self.args.people
            limit, finding = find_limit(path, people, DEFAULT_LEVELS, FALSE_ALARMS)
            write_limits(path, limit)
            scores["finding"] = finding
        self.model = load_model(path)
        return [path], {"expected_calibration_error_held_out": scores}

    def _scores_so_far(self) -> Figures:
        """Return what the card that ships says of scores that were fitted before."""
        card = json.loads(self.place(".card.json").read_text())
        return card["expected_calibration_error_held_out"]

    def measure(self, path: Path) -> Figures:
        """Return all figures on human-labelled hands, and the scores' error."""
        reader = open_source(self.args.dev)
        hands = select_from(reader, min_size=MIN_SIZE, min_points=MIN_POINTS)
        estimator = HandPoseEstimator(path, refine=False)
        figures: Figures = {"num_hands": len(hands.records)}
        for name in PROTOCOLS:
            found = measure_model(estimator, hands, name)
            scores = found.evaluation.scores
            figures[name] = {key: score.to_dict() for key, score in scores.items()}
            if name == "nsrm":
                points = pair_points(hands.records, found.predictions)
                error = measure_reliability(*points).error
                figures["expected_calibration_error"] = error
                again = measure_model(path, hands, name, refine=True).evaluation
                scores = {k: score.to_dict() for k, score in again.scores.items()}
                figures[f"{name}, looked at again"] = scores
        return figures

    def finish(self, files: list[Path], figures: dict[str, Figures]) -> Figures:
        """Let each file tell its own accuracy, and apps check themselves."""
        own = {file.name: summary(figures[file.name]) for file in files}
        for file in files:
            if file.suffix == ".keras":
                self.model.describe(accuracy=own[file.name])
                save_model(self.model, file, half=True)
            else:
                state(file, accuracy=own[file.name])
                write_json(golden_path(file), golden_decode(file))
        sides = {file.name: measure_sides(file, self.held_out) for file in files}
        return {"accuracy": own[files[0].name], "handedness_held_out": sides}


def calibrate(path: Path, held_out: Reader, plots: Path) -> Figures:
    """Fit the scores of a `.keras` file and write it anew, kernels in float16."""
    places = held_out.records()
    found = calibrate_model(path, [place for place in places if place.is_hand])
    curves = {"peak": found.before, "calibrated": found.after}
    save_reliability_plot(plots / f"{path.stem}_reliability.png", curves)
    errors = {name: curve.error for name, curve in curves.items()}
    if found.model.has_presence:
        estimator = HandPoseEstimator(path, detector=None, refine=False)
        presence = calibrate_presence(found.model, estimator, places)
        errors |= {"presence": presence.to_dict()}
        curves = {"presence": presence.before, "calibrated": presence.after}
        save_reliability_plot(
            plots / f"{path.stem}_reliability_presence.png",
            curves,
            subject="places",
            right="that is a hand",
        )
    save_model(found.model, path, half=True)
    return errors


def measure_sides(path: Path, held_out: Reader) -> Figures | None:
    """Return how often a file tells left from right on held-out hands."""
    records = [place for place in held_out.records() if place.is_hand]
    found = predict_hands(HandPoseEstimator(path, refine=False), records, CropRule())
    if found.left_scores is None:
        return None
    measured = measure_handedness(records, found.left_scores)
    return measured and measured.to_dict()


def summary(figures: Figures) -> dict[str, float]:
    """Return what a pose network's file says of its accuracy."""
    data = f"{figures['num_hands']} human-labelled COCO hands"
    names = ("pck_box@0.2", "pck_box@0.1")
    return {f"{n}, {data}": round(figures["nsrm"][n]["value"], 4) for n in names}


def without_heads(model: HandyPose, heads: list[str]) -> HandyPose:
    """Return a model of the same weights without some heads of the whole crop."""
    rest = model.rebuilt(**dict.fromkeys(heads, False))
    for layer in rest.layers:
        layer.set_weights(model.get_layer(layer.name).get_weights())
    return rest
