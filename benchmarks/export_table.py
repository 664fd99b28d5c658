"""Write `docs/export-table.md` and its plot from figures that lie in `results/`.

    python benchmarks/export_files.py ...       (what each precision loses)
    python benchmarks/export_latency.py         (on an idle machine)
    python benchmarks/export_table.py --evaluation evaluation.json

`--evaluation` is what `handypose evaluate --json` wrote of the shipped files and of
MediaPipe's landmarks on hands that people labelled: labels that MediaPipe made do not
measure MediaPipe. It is kept in `results/human-hands.json`; nothing is measured here.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from export_latency import PEER, THREADS, latency_file
from export_plot import Point, draw
from results import EXPORTS, RESULTS

from handypose_tf.files import write_bytes, write_json

HUMAN_HANDS = RESULTS / "human-hands.json"

DOCS = Path(__file__).resolve().parents[1] / "docs"

#: The trained model that the plot shows.
OURS = "handypose_lite0"

PROTOCOL, PCK = "nsrm", "pck_box@0.2"

#: Name in an evaluation -> landmark model, and how often it runs for a hand.
PEERS = {
    "mediapipe_lite": (f"{PEER} lite", 1),
    "mediapipe_full": (f"{PEER} full", 1),
    "mediapipe_lite_four_turns": (f"{PEER} lite", 4),
    "mediapipe_full_four_turns": (f"{PEER} full", 4),
}

INTRODUCTION = """# What each precision costs

Written by `python benchmarks/export_table.py`; [how to read
it](how-to/export.md#read-the-table). Latency: {machine}, {date},
the files of a model alternating in one run (`python benchmarks/export_latency.py`); the
median, decoding included, cropping not.

![PCK on human-labelled hands over latency on one thread](figures/export-table.png)

Accuracy is measured on {hands} COCO hands that people labelled; bars are 95 %
intervals, so differences between the models of this plot mean little. MediaPipe's four
turns are the best of four crops by its own score, at four times the latency.

Accuracies of handypose_lite0, here and in the plot, are of its weights of 27 November
2026, those of today are on [its card](models/handypose_lite0.md); the graph, and so all
the rest, is the same.
"""

MEASURED = """
{hands:,} held-out hands: photos labelled by MediaPipe Hands and rendered hands, so this
is agreement with the float model and those labels, not accuracy. Changes against the
float model are paired, with their 95 % interval.

| precision | MB | ms, 1 thread | ms, 2 threads | pck_box@0.2 | change, points | \
change of @0.1, points | change of EPE | keypoints moved, median and mean px | \
partitions of the body |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""

UNTRAINED = """
The weights are untrained: size, latency and operations are those of any weights, an
accuracy there is none. Heatmaps of such a network are all but flat, so that a rounding
moves peaks: the median over turns of the demo picture tells no more than that the file
computes the same.

| precision | MB | ms, 1 thread | ms, 2 threads | keypoints moved, median px | \
partitions of the body | operations outside |
| --- | --- | --- | --- | --- | --- | --- |
"""

Latencies = Mapping[tuple[str, int], Mapping[str, str]]


def keep_human_hands(evaluation: Path) -> None:
    """Keep the figures that the plot shows; without names of folders."""
    content = json.loads(evaluation.read_text())
    kept = {}
    for found in content["evaluations"]:
        assert found["protocol"]["name"] == PROTOCOL, "evaluate with --protocol nsrm"
        kept[Path(found["name"]).stem] = found["scores"][PCK]
    hands = content["evaluations"][0]["num_hands"]
    write_json(HUMAN_HANDS, {"num_hands": hands, PCK: kept})


def read_latencies() -> Latencies:
    """Return file and number of threads -> a row of this machine's latencies."""
    with open(latency_file(), newline="") as file:
        return {(row["name"], int(row["threads"])): row for row in csv.DictReader(file)}


def page(exports: Mapping[str, Any], times: Latencies, human: Mapping[str, Any]) -> str:
    """Return the page's text."""
    some = next(iter(times.values()))
    parts = [INTRODUCTION.format(hands=human["num_hands"], **some)]
    for model in dict.fromkeys(facts["model"] for facts in exports.values()):
        files = {n: facts for n, facts in exports.items() if facts["model"] == model}
        parts += [f"\n## {model}\n", *_section(files, times)]
    return "".join(parts)


def _section(files: Mapping[str, Any], times: Latencies) -> Iterator[str]:
    accuracies = [facts["accuracy"] for facts in files.values()]
    if all(accuracies):
        yield MEASURED.format(hands=accuracies[0]["num_hands"])
    else:
        yield UNTRAINED
    for name, facts in files.items():
        size = f"{facts['num_bytes'] / 1e6:.1f}"
        cells = _measured(facts) if all(accuracies) else _untrained(facts)
        yield _line(facts["precision"], size, *_milliseconds(name, times), *cells)


def _measured(facts: Mapping[str, Any]) -> Iterator[str]:
    accuracy, shift = facts["accuracy"], facts["parity_px"]
    change = accuracy["change"]
    yield f"{100 * accuracy['file'][PCK]['value']:.2f} %"
    yield _interval(change[PCK])
    yield _interval(change["pck_box@0.1"])
    yield f"{accuracy['epe_growth_percent']:+.2f} %"
    yield f"{shift['median']:.2f}, {shift['mean']:.2f}"
    yield str(facts["operations"]["body_partitions"])


def _untrained(facts: Mapping[str, Any]) -> Iterator[str]:
    operations = facts["operations"]
    outside = [f"{n} {kind}" for kind, n in operations["body_not_delegated"].items()]
    yield f"{facts['parity_px']['median']:.2f}"
    yield str(operations["body_partitions"])
    yield ", ".join(outside) or "none"


def _interval(change: Mapping[str, float]) -> str:
    value, low, high = (100 * change[key] for key in ("value", "low", "high"))
    return f"{value:+.2f} [{low:+.2f}, {high:+.2f}]"


def _milliseconds(name: str, times: Latencies) -> Iterator[str]:
    for threads in THREADS:
        yield f"{float(times[name, threads]['median_ms']):.2f}"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def points(times: Latencies, human: Mapping[str, Any]) -> Iterator[Point]:
    """Give what was measured on human labels and has a latency."""
    for name, score in human[PCK].items():
        file, runs = PEERS.get(name, (name, 1))
        if (file, 1) in times:
            label = _short_name(file) + (f", best of {runs} turns" if runs > 1 else "")
            latency = runs * float(times[file, 1]["median_ms"])
            yield Point(label, latency, score, is_peer=name in PEERS)


def _short_name(file: str) -> str:
    """Return what a file is called in the plot."""
    if file.startswith(PEER):
        return file.removeprefix(PEER).strip()
    size, precision = file.removeprefix(OURS).strip("_").split("_")
    return f"{precision}, {size} px"


def main() -> None:
    """Write page and plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--evaluation", type=Path, metavar="JSON")
    args = parser.parse_args()
    if args.evaluation:
        keep_human_hands(args.evaluation)
    exports, human = (json.loads(p.read_text()) for p in (EXPORTS, HUMAN_HANDS))
    times = read_latencies()
    text = page(exports, times, human)
    print(text)
    write_bytes(DOCS / "export-table.md", text.encode())
    plot = DOCS / "figures" / "export-table.png"
    draw(plot, [*points(times, human)], (OURS, "MediaPipe Hands"))


if __name__ == "__main__":
    main()
