"""What each part of a network and of its training is worth, by short trainings.

    python tools/weights/ablations.py hands --out runs/ablations
    python tools/weights/ablations.py hands --study encoder --size 160 --out runs/e
    python tools/weights/ablations.py hands --study trunk --size 256 --out runs/t \
        --people data/people

Every variant is trained on the same number of samples, in the same order, and measured
on held-out hands: those of photos (a teacher's labels: agreement, no accuracy) and
rendered ones (exact). The difference to the first is taken on the same hands. `parts`
are those of lite0, by `recipe.yaml` from ImageNet's weights, and every way of decoding
the shipped ones; `encoder` is what a network begins with and what of it is trained, by
`encoder.yaml`. `trunk` is what a detector looks through, by `trunk.yaml`, measured on
the held-out photos of `--people`. Started again, it goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from choose_limits import MIN_OVERLAP, held_out_photos

from handypose_tf.data import open_source
from handypose_tf.evaluation import compare
from handypose_tf.evaluation.detection import match_photo, recall_estimate
from handypose_tf.evaluation.finding import (
    FALSE_ALARMS,
    LOWEST_SCORE,
    as_finds,
    compare_finds,
)
from handypose_tf.evaluation.measure import HandSet, measure_model
from handypose_tf.export import export_litert
from handypose_tf.files import write_json
from handypose_tf.files.tables import markdown_table
from handypose_tf.inference import HandDetector
from handypose_tf.models import load_model, save_model
from handypose_tf.models.complexity import count_graph_macs
from handypose_tf.models.files import load_any

Row = dict[str, Any]

HERE = Path(__file__).resolve().parent
SHIPPED = HERE.parents[1] / "savedmodels" / "handypose_lite0_224.keras"

PLAIN_WATERFALL = {
    "kind": "wasp_v2", "filters": 64, "rates": [1, 1, 2, 3], "separable": True,
    "relu": "relu6",
}  # fmt: skip
NO_WATERFALL = PLAIN_WATERFALL | {"rates": [1]}

#: Changed parts of lite0, and the settings that change them.
PARTS: dict[str, dict[str, Any]] = {
    "whole": {},
    "no rendered hands": {"data.train.0.weight": 1e-6, "data.train.9.weight": 1e-6},
    "no photos whose licence an uploader stated": {
        "data.train.3.weight": 1e-6,
        "data.train.5.weight": 1e-6,
    },
    "plain waterfall (WASPv2)": {"model.overrides": {"waterfall": PLAIN_WATERFALL}},
    "1x1 in the waterfall's place": {"model.overrides": {"waterfall": NO_WATERFALL}},
    "decoder with level 1 alone": {"model.overrides": {"decoder": {"levels": "first"}}},
    "heatmaps at stride 8": {
        "model.overrides": {"decoder": {"first_level": "max_pool"}},
        "loss.sigma": 1.0,
    },
}

#: Other beginnings and other parts that are trained. An encoder of ImageNet has no
#: points by regression, and can learn hands only where it is trained.
ENCODERS: dict[str, dict[str, Any]] = {
    "MediaPipe's encoder as it is": {},
    "trained from stride 32 on": {"model.frozen": "level3"},
    "trained from stride 8 on": {"model.frozen": "level1"},
    "trained whole": {"model.frozen": None},
    "ImageNet's encoder, trained from stride 8 on": {
        "model.preset": "handypose_lite0",
        "model.weights": "imagenet",
        "model.frozen": "level1",
    },
    "as it is, without photos of people": {"data.train.0.weight": 1e-6},
    "as it is, turned by any angle": {"augmentation.rotation": 180},
}

#: What is below a detector's heads.
TRUNKS: dict[str, dict[str, Any]] = {
    "EfficientNet-Lite0 of ImageNet": {},
    "MediaPipe's palm detector": {
        "model.overrides": {"backbone": {"name": "mediapipe_palm", "mean": None}},
        "model.weights": "mediapipe",
    },
}

DECODE_METHODS = ("dark", "quarter", "soft_argmax", "argmax")


class Study(NamedTuple):
    """Trainings that are compared.

    Attributes:
        recipe: The first one's configuration, beside this file.
        variants: Name -> settings that differ.
        held_out: Group of held-out hands -> its files; none for a detector.
    """

    recipe: str
    variants: dict[str, dict[str, Any]]
    held_out: dict[str, tuple[str, ...]]


STUDIES = {
    "parts": Study(
        "recipe.yaml",
        {name: {"model.weights": "imagenet", **PARTS[name]} for name in PARTS},
        {"photos": ("digits", "letters", "phone", "nails"), "rendered": ("synth",)},
    ),
    "encoder": Study(
        "encoder.yaml",
        ENCODERS,
        {"photos of people": ("people_good",), "rendered": ("synth",)},
    ),
    "trunk": Study("trunk.yaml", TRUNKS, {}),
}
PROTOCOL = "nsrm"
SCORES = ("pck_box@0.2", "pck_box@0.1")


def train(name: str, args: argparse.Namespace) -> Path:
    """Train a variant, or go on with it; returns its last weights."""
    study = STUDIES[args.study]
    common = {
        "out": str(args.out / name.replace(" ", "_")),
        "model.image_size": args.size,
        "epochs": 1,
        "data.samples_per_epoch": args.samples,
        "data.validation": [],
        "seed": 31,
    }
    recipe = str(HERE / study.recipe)
    command = [sys.executable, "-m", "handypose_tf.cli", "train", recipe]
    for key, value in {**common, **study.variants[name]}.items():
        command += ["--set", f"{key}={json.dumps(value)}"]
    subprocess.run([*command, "--resume"], check=True)
    return Path(common["out"]) / "last.keras"


def decoders(folder: Path) -> dict[str, Path]:
    """Return the shipped weights with each way of decoding."""
    files = {}
    for method in DECODE_METHODS:
        model = load_model(SHIPPED)
        model.describe(decode=method)
        files[method] = save_model(model, folder / f"{method}.keras")
    return files


def read_held_out(hands: Path, study: Study) -> dict[str, HandSet]:
    """Return the held-out hands of each group."""
    groups = {}
    for group, names in study.held_out.items():
        sources = [f"coco:{hands / 'held_out' / name}.json" for name in names]
        readers = [open_source(source, images=hands) for source in sources]
        records = [record for reader in readers for record in reader.records()]
        groups[group] = HandSet(readers[0], records)
    return groups


def measure(files: dict[str, Path], held_out: dict[str, HandSet]) -> list[Row]:
    """Return a row a file: its figures, and their differences to the first's."""
    rows: dict[str, Row] = {name: {"name": name} for name in files}
    for group, hands in held_out.items():
        found = {}
        for name, path in files.items():
            found[name] = measure_model(path, hands, PROTOCOL, name=name).evaluation
            change = compare(found[next(iter(files))], found[name])
            for score in SCORES:
                rows[name][f"{score} {group}"] = found[name].scores[score].to_dict()
                rows[name][f"{score} {group} change"] = change[score].to_dict()
    return list(rows.values())


def measure_detectors(files: dict[str, Path], people: Path) -> list[Row]:
    """Return a row a file: which share of the hands of whole photos is found."""
    photos, rows = held_out_photos(people), []
    for name, path in files.items():
        file = export_litert(load_any(path), path.with_suffix(".tflite"))
        detector = HandDetector(file, min_score=LOWEST_SCORE)
        found = [as_finds(detector.detect(photo.read())) for photo in photos]
        matched = [
            match_photo(compare_finds(photo, finds), MIN_OVERLAP)
            for photo, finds in zip(photos, found, strict=True)
        ]
        row = {"name": name, "macs": count_graph_macs(load_any(path))}
        for alarms in FALSE_ALARMS:
            row[f"found@{alarms:g}"] = recall_estimate(matched, alarms).to_dict()
        rows.append(row)
    return rows


def detectors_table(rows: list[Row]) -> str:
    """Return rows of detectors in Markdown."""
    heads = ["", *(f"found at {alarms:g} a photo" for alarms in FALSE_ALARMS), "MACs"]
    lines = []
    for row in rows:
        shares = [row[f"found@{alarms:g}"] for alarms in FALSE_ALARMS]
        ends = [[100 * s[k] for k in ("value", "low", "high")] for s in shares]
        cells = [f"{v:.0f} % [{low:.0f}, {high:.0f}]" for v, low, high in ends]
        lines.append([row["name"], *cells, f"{row['macs'] / 1e6:.0f} M"])
    return markdown_table(heads, lines)


def table(rows: list[Row], held_out: dict[str, HandSet]) -> str:
    """Return rows in Markdown, in percent and points."""
    heads = [f"{s}, {len(held_out[g].records)} {g}" for g in held_out for s in SCORES]
    lines = []
    for number, row in enumerate(rows):
        cells = [row["name"]]
        for group in held_out:
            for score in SCORES:
                cell = f"{100 * row[f'{score} {group}']['value']:.1f} %"
                low, high = (
                    100 * row[f"{score} {group} change"][end] for end in ("low", "high")
                )
                cells.append(cell + (f" [{low:+.1f}, {high:+.1f}]" if number else ""))
        lines.append(cells)
    return markdown_table(["", *heads], lines)


def main() -> None:
    """Train, measure, and write `ablations.json` and the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("hands", type=Path, help="the folder of prepare_data.py")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--study", choices=STUDIES, default="parts")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--samples", type=int, default=19200)
    parser.add_argument("--people", type=Path, help="graded photos, for detectors")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    study = STUDIES[args.study]
    held_out = read_held_out(args.hands, study)
    files = {name: train(name, args) for name in study.variants}
    if not study.held_out:
        found = measure_detectors(files, args.people)
        write_json(args.out / "ablations.json", {"detectors": found})
        print(detectors_table(found))
        return
    rows = {"trained": measure(files, held_out)}
    if args.study == "parts":
        rows["decoded"] = measure(decoders(args.out), held_out)
    write_json(args.out / "ablations.json", rows)
    for each in rows.values():
        print(table(each, held_out), end="\n\n")


if __name__ == "__main__":
    main()
