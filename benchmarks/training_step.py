"""Hold what the input pipeline costs a training step to its target, alternating.

Images a second of `lite0` at 192 px with this library's standard augmentation and of
`resnet101` at 368 px with the paper's plain crops; each with batches from the pipeline
and with one batch that lies ready. Both take turns on one model in one process. Run it
on an otherwise idle machine, all of whose cores are used:

  python benchmarks/training_step.py
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple

from made_photos import write_nsrm
from results import Row, Target, report
from tensorflow import keras

from handypose_tf.data import open_source
from handypose_tf.data.augment.strengths import PLAIN, STANDARD, Augmentation
from handypose_tf.data.pipeline import HandPipeline
from handypose_tf.losses import WeightedHeatmapMSE
from handypose_tf.models import handypose

#: Batches taken before the clock starts: what was made ahead is no work of this round.
_DRAINED = 4


class Workload(NamedTuple):
    """A network and how it is trained.

    Attributes:
        name: What it is called in the results.
        preset: Its preset.
        image_size: Side of its input, pixels.
        batch_size: Images a step.
        steps: Steps of a round.
        augmentation: What its pipeline does.
    """

    name: str
    preset: str
    image_size: int
    batch_size: int
    steps: int
    augmentation: Augmentation


LITE = Workload("lite0 192", "handypose_lite0", 192, 16, 4, STANDARD)
PAPER = Workload("resnet101 368", "handypose_resnet101", 368, 2, 2, PLAIN)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = write_nsrm(Path(scratch) / "hands")
        for workload in (LITE, PAPER):
            rows += measure(workload, folder, rounds)
    targets = [Target(_name(LITE, True), _name(LITE, False), 0.85)]
    return report("training-step", rows, targets, "images_per_second")


def measure(workload: Workload, folder: Path, rounds: int) -> list[Row]:
    """Return a row for every round with and without the pipeline."""
    model = _model(workload)
    made = iter(_pipeline(workload, folder).batches(0))
    sources = {True: made, False: repeat(next(made))}
    _train(model, sources[True], 1)
    rows: list[Row] = []
    for turn in range(rounds):
        for is_made in (turn % 2 == 0, turn % 2 == 1):
            seconds = _train(model, sources[is_made], workload.steps)
            images = workload.steps * workload.batch_size
            row: Row = {"name": _name(workload, is_made), "round": turn}
            row |= {"images": images, "seconds": seconds}
            rows.append(row | {"images_per_second": images / seconds})
    return rows


def _train(model: keras.Model, batches: Iterator[Any], steps: int) -> float:
    """Train for some steps and return the seconds."""
    for _ in range(_DRAINED):
        next(batches)
    begin = time.perf_counter()
    for _ in range(steps):
        image, truth = next(batches)
        model.train_on_batch(image, truth)
    return time.perf_counter() - begin


def _model(workload: Workload) -> keras.Model:
    model = handypose(workload.preset, image_size=workload.image_size)
    loss = WeightedHeatmapMSE(stride=model.stride, cell_offset=model.cell_offset)
    model.compile(keras.optimizers.AdamW(1e-3), {"heatmaps": loss}, jit_compile=False)
    return model


def _pipeline(workload: Workload, folder: Path) -> HandPipeline:
    return HandPipeline(
        readers=[open_source(f"nsrm:{folder}")],
        image_size=(workload.image_size, workload.image_size),
        batch_size=workload.batch_size,
        augmentation=workload.augmentation,
        samples_per_epoch=20_000,
    )


def _name(workload: Workload, is_made: bool) -> str:
    return f"{workload.name}, {'pipeline' if is_made else 'one batch'}"


if __name__ == "__main__":
    raise SystemExit(main())
