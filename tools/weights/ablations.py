"""What each part of lite0 and of its training is worth, by short trainings.

    python tools/weights/ablations.py hands --out runs/ablations

Every variant is trained from ImageNet weights on the same number of samples, in the
same order, by `recipe.yaml` at a smaller size, and measured on held-out hands: those of
photos (a teacher's labels: agreement, no accuracy) and rendered ones (exact). The
difference to the whole is taken on the same hands. The shipped weights are measured
with every way of decoding. Started again, it goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from handypose_tf.data import open_source
from handypose_tf.evaluation import compare
from handypose_tf.evaluation.measure import HandSet, measure_model
from handypose_tf.files import write_json
from handypose_tf.files.tables import markdown_table
from handypose_tf.models import load_model, save_model

Row = dict[str, Any]

RECIPE = Path(__file__).with_name("recipe.yaml")
SHIPPED = RECIPE.parents[2] / "savedmodels" / "handypose_lite0_224.keras"

PLAIN_WATERFALL = {
    "kind": "wasp_v2", "filters": 64, "rates": [1, 1, 2, 3], "separable": True,
    "relu": "relu6",
}  # fmt: skip
NO_WATERFALL = PLAIN_WATERFALL | {"rates": [1]}

#: What is changed, and the settings that change it.
VARIANTS: dict[str, dict[str, Any]] = {
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
DECODE_METHODS = ("dark", "quarter", "soft_argmax", "argmax")

HELD_OUT = {
    "photos": ("digits", "letters", "phone", "nails"),
    "rendered": ("synth",),
}
PROTOCOL = "nsrm"
SCORES = ("pck_box@0.2", "pck_box@0.1")


def train(name: str, args: argparse.Namespace) -> Path:
    """Train a variant, or go on with it; returns its last weights."""
    common = {
        "out": str(args.out / name.replace(" ", "_")),
        "model.weights": "imagenet",
        "model.image_size": args.size,
        "epochs": 1,
        "data.samples_per_epoch": args.samples,
        "data.validation": [],
        "seed": 31,
    }
    command = [sys.executable, "-m", "handypose_tf.cli", "train", str(RECIPE)]
    for key, value in {**common, **VARIANTS[name]}.items():
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


def read_held_out(hands: Path) -> dict[str, HandSet]:
    """Return the held-out hands of each group."""
    groups = {}
    for group, names in HELD_OUT.items():
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
    """Train, measure, and write `ablations.json` and both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("hands", type=Path, help="the folder of prepare_data.py")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--samples", type=int, default=19200)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    held_out = read_held_out(args.hands)
    trained = measure({name: train(name, args) for name in VARIANTS}, held_out)
    decoded = measure(decoders(args.out), held_out)
    write_json(args.out / "ablations.json", {"trained": trained, "decoded": decoded})
    for rows in (trained, decoded):
        print(table(rows, held_out), end="\n\n")


if __name__ == "__main__":
    main()
