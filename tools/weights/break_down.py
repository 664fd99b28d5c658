r"""What a model's figures are for dark skin and light, left hands and right.

    python tools/weights/break_down.py \
        savedmodels/handypose_lite0_224_int8.tflite --hands hands

Measured on the held-out rendered hands, of which skin and side are known; for hands in
photos nobody said what they are. Prints a table and keeps it in the model's card.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from handypose_tf.data import open_source
from handypose_tf.evaluation import evaluate
from handypose_tf.evaluation.measure import HandSet, measure_model
from handypose_tf.files import write_json
from handypose_tf.files.tables import markdown_table
from handypose_tf.litert.metadata import read_metadata

Annotation = dict[str, Any]

#: Melanin is drawn evenly over its logarithm from .013 to .43; thirds of that.
LIGHT, DARK = 0.042, 0.134

GROUPS: dict[str, Callable[[Annotation], bool]] = {
    "all rendered hands": lambda hand: True,
    f"light skin (melanin below {LIGHT})": lambda hand: hand["melanin"] < LIGHT,
    "medium skin": lambda hand: LIGHT <= hand["melanin"] < DARK,
    f"dark skin (from {DARK})": lambda hand: hand["melanin"] >= DARK,
    "left hands": lambda hand: hand["is_left"] == 1,
    "right hands": lambda hand: hand["is_left"] == 0,
}
PROTOCOL = "nsrm"
SCORES = ("pck_box@0.2", "pck_box@0.1")


def break_down(model: Path, hands: Path) -> dict[str, dict[str, Any]]:
    """Return the figures of each group of the held-out rendered hands."""
    path = hands / "held_out" / "all.json"
    labels = json.loads(path.read_text())["annotations"]
    by_id = {str(label["id"]): label for label in labels if "melanin" in label}
    reader = open_source(f"coco:{path}", images=hands)
    chosen = [(r, by_id.get(str(r.annotation_id))) for r in reader.records()]
    records = [record for record, label in chosen if label]
    labels = [label for _, label in chosen if label]
    found = measure_model(model, HandSet(reader, records), PROTOCOL).predictions
    figures = {}
    for name, belongs in GROUPS.items():
        own = [i for i, label in enumerate(labels) if belongs(label)]
        group = [records[i] for i in own]
        measured = evaluate(group, found.keypoints[own], PROTOCOL).scores
        figures[name] = {score: measured[score].to_dict() for score in SCORES}
        figures[name]["num_hands"] = len(group)
    return figures


def table(figures: dict[str, dict[str, Any]]) -> str:
    """Return figures in Markdown."""
    lines = []
    for name, row in figures.items():
        cells = [
            f"{100 * row[s]['value']:.1f} % "
            f"[{100 * row[s]['low']:.1f}, {100 * row[s]['high']:.1f}]"
            for s in SCORES
        ]
        lines.append((name, str(row["num_hands"]), *cells))
    return markdown_table(("", "hands", *SCORES), lines)


def main() -> None:
    """Measure, print, and add to the card."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", type=Path, help="a file of savedmodels/")
    parser.add_argument("--hands", type=Path, required=True, help="by prepare_data.py")
    args = parser.parse_args()
    figures = break_down(args.model, args.hands)
    print(table(figures))
    metadata = read_metadata(args.model)
    stem = f"{metadata.preset}_{metadata.image_size[0]}"
    card = args.model.with_name(f"{stem}.card.json")
    known = json.loads(card.read_text())
    write_json(card, known | {"break_down": {args.model.name: figures}})


if __name__ == "__main__":
    main()
