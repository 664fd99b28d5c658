"""What fine-tuning on a hundred photos is worth: what to freeze, at which rate.

    handypose synth --count 100 --seed 9001 --hard 0.5 --out own
    handypose synth --count 300 --seed 9002 --hard 0.5 --out others
    python tools/weights/retrain_table.py coco:own/annotations.json \
        --measure rendered=coco:others/annotations.json \
        --measure photos=coco:hands/held_out/people_good.json --images photos=hands \
        --out runs/retrain

Two networks on MediaPipe's encoder, its own heads and this library's decoder, each
trained with parts of it frozen and at several rates, all on the same samples in the
same order, turned by up to `--rotation` degrees; the last epoch counts, so that nothing
is chosen on what is measured. Figures are taken before and after, their difference on
the same hands. `hands` is the folder of `prepare_data.py`. Started again, it goes on
where it was.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from handypose_tf.data import open_source
from handypose_tf.evaluation import Evaluation, compare
from handypose_tf.evaluation.measure import HandSet, measure_model, select_from
from handypose_tf.files import write_json
from handypose_tf.files.tables import markdown_table
from handypose_tf.models import handypose, save_model
from handypose_tf.training import fine_tune_config, train

PROTOCOL = "nsrm"
SCORES = ("pck_box@0.2", "pck_box@0.1")

#: Network -> its preset and its first weights.
NETWORKS = {
    "its own heads": ("mediapipe_hands_full", "mediapipe"),
    "our decoder": ("handypose_mediapipe_full", "shipped"),
}

#: What is trained of a network, the last level that is not, and the highest rates. All
#: of it at 1e-3 is left out: the last blocks alone lose by that already.
WAYS = (
    ("heads", "deepest", 1e-4),
    ("behind stride 16", "level3", 1e-4),
    ("all", None, 1e-4),
    ("heads", "deepest", 1e-3),
    ("behind stride 16", "level3", 1e-3),
)


def run(name: str, args: argparse.Namespace) -> dict[str, Path]:
    """Train one network in every way; returns a row's name -> its weights."""
    preset, weights = NETWORKS[name]
    start = args.out / f"{preset}.keras"
    if not start.exists():
        save_model(handypose(preset, weights=weights), start)
    files = {f"{name}, before": start}
    for part, frozen, rate in WAYS:
        out = args.out / f"{preset}_{frozen}_{rate:g}"
        files[f"{name}, {part}, {rate:g}"] = out / "last.keras"
        if (out / "done").exists():
            continue
        config = fine_tune_config(
            preset, args.data, args.data, out, init=weights, epochs=args.epochs
        )
        config = replace(
            config,
            data=replace(config.data, validation=()),
            model=replace(config.model, frozen=frozen),
            augmentation=replace(config.augmentation, rotation=args.rotation),
            optimizer=replace(config.optimizer, learning_rate=rate),
        )
        if train(config, resume=True).stopped_by:
            raise SystemExit("stopped; start again to go on")
        (out / "done").touch()
        print(name, part, rate, flush=True)
    return files


def read_groups(sources: list[str], images: list[str]) -> dict[str, HandSet]:
    """Return the hands of every `NAME=FORMAT:PATH`; see the command's help."""
    folders = dict(each.split("=", 1) for each in images)
    pairs = (each.split("=", 1) for each in sources)
    return {
        name: select_from(open_source(source, images=folders.get(name)))
        for name, source in pairs
    }


def measure(
    files: Mapping[str, Path], groups: Mapping[str, HandSet]
) -> list[dict[str, Any]]:
    """Return a row a file: its figures, and their differences to the first's."""
    rows: dict[str, dict[str, Any]] = {name: {"name": name} for name in files}
    for group, hands in groups.items():
        first: Evaluation | None = None
        for name, path in files.items():
            found = measure_model(path, hands, PROTOCOL, name=name).evaluation
            first = first or found
            change = compare(first, found)
            for score in SCORES:
                rows[name][f"{score} {group}"] = found.scores[score].to_dict()
                rows[name][f"{score} {group} change"] = change[score].to_dict()
    return list(rows.values())


def table(rows: list[dict[str, Any]], groups: Mapping[str, HandSet]) -> str:
    """Return rows in Markdown: percent, and the interval of the change in points."""
    heads = [f"{s}, {len(groups[g].records)} {g}" for g in groups for s in SCORES]
    lines = []
    for row in rows:
        cells = [row["name"]]
        for group, score in itertools.product(groups, SCORES):
            cell = f"{100 * row[f'{score} {group}']['value']:.1f}"
            low, high = (
                100 * row[f"{score} {group} change"][end] for end in ("low", "high")
            )
            cells.append(cell + (f" [{low:+.1f}, {high:+.1f}]" if low or high else ""))
        lines.append(cells)
    return markdown_table(["", *heads], lines)


def main() -> None:
    """Train, measure, and write `retrain.json` and the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", metavar="FORMAT:PATH", help="hands to train on")
    parser.add_argument(
        "--measure", action="append", required=True, metavar="NAME=FORMAT:PATH"
    )
    parser.add_argument(
        "--images",
        action="append",
        default=[],
        metavar="NAME=DIR",
        help="folder of its pictures, where they are apart",
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--rotation", type=float, default=60)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    files = [run(name, args) for name in NETWORKS]
    hands = read_groups(args.measure, args.images)
    rows = [row for each in files for row in measure(each, hands)]
    write_json(args.out / "retrain.json", rows)
    print(table(rows, hands))


if __name__ == "__main__":
    main()
