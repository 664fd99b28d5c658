"""Turn a trained model into the files of `savedmodels/`.

    python tools/weights/ship.py runs/lite0_224/best.keras --hands hands \
        --dev coco:coco_hands_dev/annotations.json --out savedmodels
    python tools/weights/ship.py savedmodels/handypose_lite0_224.keras \
        --size 192 --hands hands --dev ... --out savedmodels

Fits the scores on held-out hands, stores the kernels as float16, exports float16 and
int8 from that file (`--precisions`), checks them on the held-out hands, measures all on
human-labelled ones, and writes `PRESET_SIZE.card.json`, and beside each export the
`golden_decode.json` of apps. With `--size` the weights of a file that ships already are
exported for another size of crop, to int8 alone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from handypose_tf.data import Reader, open_source
from handypose_tf.evaluation import CropRule, predict_hands
from handypose_tf.evaluation.calibrate import calibrate_model
from handypose_tf.evaluation.handedness import measure_handedness
from handypose_tf.evaluation.measure import measure_model, select_from
from handypose_tf.evaluation.plots import save_reliability_plot
from handypose_tf.evaluation.presence import calibrate_presence
from handypose_tf.evaluation.score_calibration import measure_reliability, pair_points
from handypose_tf.export import (
    Checker,
    ExportReport,
    Quantization,
    export_and_check,
    open_calibration,
)
from handypose_tf.files import file_sha256, write_checksum, write_json
from handypose_tf.inference import HandPoseEstimator
from handypose_tf.inference.estimator import DEFAULT_LEVELS
from handypose_tf.litert.metadata import read_metadata, write_metadata
from handypose_tf.models import HandyPose, load_model, save_model
from handypose_tf.models.network import CROP_HEADS

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))

from choose_limits import find_limit, write_limits
from make_golden_decode import golden_decode, golden_path

LICENCE = "Apache-2.0"

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

#: False alarms a photo of the operating point.
FALSE_ALARMS = 0.1

#: Human-labelled hands that are measured on: pixels, visible points.
MIN_SIZE, MIN_POINTS = 48, 10

PROTOCOLS = ("nsrm", "mmpose")


def calibrate(path: Path, held_out: Reader, plot: Path) -> dict[str, Any]:
    """Fit the scores of a `.keras` file and write it anew, kernels in float16."""
    places = held_out.records()
    found = calibrate_model(path, [place for place in places if place.is_hand])
    curves = {"peak": found.before, "calibrated": found.after}
    save_reliability_plot(plot, curves)
    errors = {name: curve.error for name, curve in curves.items()}
    if found.model.has_presence:
        estimator = HandPoseEstimator(path, detector=None)
        presence = calibrate_presence(found.model, estimator, places)
        errors |= {"presence": presence.to_dict()}
        curves = {"presence": presence.before, "calibrated": presence.after}
        save_reliability_plot(
            plot.with_stem(f"{plot.stem}_presence"),
            curves,
            subject="places",
            right="that is a hand",
        )
    save_model(found.model, path, half=True)
    return errors


def measure(path: Path, source: str) -> dict[str, Any]:
    """Return all figures of a file on human-labelled hands, and its scores' error."""
    reader = open_source(source)
    hands = select_from(reader, min_size=MIN_SIZE, min_points=MIN_POINTS)
    estimator = HandPoseEstimator(path)
    figures: dict[str, Any] = {}
    for name in PROTOCOLS:
        found = measure_model(estimator, hands, name)
        scores = found.evaluation.scores
        figures[name] = {key: score.to_dict() for key, score in scores.items()}
        if name == "nsrm":
            points = pair_points(hands.records, found.predictions)
            error = measure_reliability(*points).error
            figures["expected_calibration_error"] = error
    return {"num_hands": len(hands.records), **figures}


def measure_sides(path: Path, held_out: Reader) -> dict[str, Any] | None:
    """Return how often a file tells left from right on held-out hands."""
    records = [place for place in held_out.records() if place.is_hand]
    found = predict_hands(HandPoseEstimator(path), records, CropRule())
    if found.left_scores is None:
        return None
    measured = measure_handedness(records, found.left_scores)
    return measured and measured.to_dict()


def summary(figures: dict[str, Any]) -> dict[str, float]:
    """Return what a model file says of its accuracy."""
    data = f"{figures['num_hands']} human-labelled COCO hands"
    names = ("pck_box@0.2", "pck_box@0.1")
    return {f"{n}, {data}": round(figures["nsrm"][n]["value"], 4) for n in names}


def state_accuracy(path: Path, figures: dict[str, Any]) -> None:
    """Put an exported file's own accuracy into its metadata."""
    write_metadata(path, replace(read_metadata(path), accuracy=summary(figures)))
    write_checksum(path)


def without_heads(model: HandyPose, heads: Sequence[str]) -> HandyPose:
    """Return a model of the same weights without some heads of the whole crop."""
    settings = {**model.settings, **dict.fromkeys(heads, False)}
    rest = HandyPose(settings, name=model.name)
    for layer in rest.layers:
        layer.set_weights(model.get_layer(layer.name).get_weights())
    return rest


def finish(
    args: argparse.Namespace, held_out: Reader
) -> tuple[Path, dict[str, Any], dict[str, Any]]:
    """Write the `.keras` file; return it, its figures and its scores' errors."""
    model = without_heads(load_model(args.model), args.without)
    stem = f"{model.settings['preset']}_{model.image_size[0]}"
    backbone = model.settings["backbone"]["name"]
    [origin] = [text for name, text in ORIGINS.items() if backbone.startswith(name)]
    data = f"{TRAINING_DATA}; {origin}"
    model.describe(trained=True, licence=LICENCE, training_data=data)
    path = save_model(model, args.out / f"{stem}.keras")
    scores = calibrate(path, held_out, args.plots / f"{stem}_reliability.png")
    if model.has_presence:
        limit, finding = find_limit(path, args.people, DEFAULT_LEVELS, FALSE_ALARMS)
        write_limits(path, limit)
        scores["finding"] = finding
    model = load_model(path)
    figures = measure(path, args.dev)
    model.describe(accuracy=summary(figures))
    return save_model(model, path, half=True), figures, scores


def export(
    args: argparse.Namespace,
    model: HandyPose,
    precisions: Sequence[str],
    held_out: Reader,
) -> list[ExportReport]:
    """Write the `.tflite` files of a model; each states its own accuracy later."""
    training = open_source(f"coco:{args.hands / 'train/all.json'}", images=args.hands)
    crops = open_calibration(training, model.metadata())
    checker = Checker(model, held_out)
    stem = f"{model.settings['preset']}_{model.image_size[0]}"
    return [
        export_and_check(
            model,
            args.out / f"{stem}_{precision}.tflite",
            precision,
            heatmaps=True,
            quantization=Quantization(
                calibration=crops if precision == "int8" else None
            ),
            checker=checker,
        )
        for precision in precisions
    ]


def main() -> None:
    """Write model files, plot and card."""
    args = _parse()
    held_out = open_source(
        f"coco:{args.hands / 'held_out/all.json'}", images=args.hands
    )
    card: dict[str, Any] = {}
    figures, files = {}, []
    precisions = ["int8"] if args.size else args.precisions.split(",")
    if args.size:
        model = load_model(args.model).at_size(args.size)
        card["weights"] = args.model.name
    else:
        path, own, scores = finish(args, held_out)
        figures[path.name] = own
        card["expected_calibration_error_held_out"] = scores
        model = load_model(path)
        files.append(path)
    reports = export(args, model, precisions, held_out)
    for report in reports:
        file = report.path
        figures[file.name] = measure(file, args.dev)
        state_accuracy(file, figures[file.name])
        write_json(golden_path(file), golden_decode(file))
        files.append(file)
    preset, size = model.settings["preset"], model.image_size[0]
    card = model.metadata().to_dict() | card
    card |= {
        "accuracy": summary(figures[files[0].name]),
        "figures": figures,
        "handedness_held_out": {f.name: measure_sides(f, held_out) for f in files},
        "exports": dict(zip(precisions, (r.to_dict() for r in reports), strict=True)),
        "sha256": {f.name: file_sha256(f) for f in files},
        "page": f"docs/models/{preset}.md",
    }
    write_json(args.out / f"{preset}_{size}.card.json", card)
    for file in files:
        print(f"{file}: {file.stat().st_size / 1e6:.1f} MB")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--size", type=int, help="export these weights for this crop")
    parser.add_argument("--precisions", default="float16,int8", metavar="NAMES")
    parser.add_argument("--without", nargs="*", default=[], choices=CROP_HEADS)
    parser.add_argument("--people", type=Path, help="graded, for choose_limits.py")
    parser.add_argument("--hands", type=Path, required=True, help="by prepare_data.py")
    parser.add_argument("--dev", required=True, help="human-labelled hands")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--plots", type=Path, default=Path("docs/figures"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
