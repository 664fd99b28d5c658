"""Train a network as a YAML file says; goes on where it was interrupted.

Any key can be set from the command line. SIGTERM and Ctrl-C save the state first.

Example:
    handypose train examples/configs/own_photos.yaml --set batch_size=16 --resume
    handypose train config.yaml --contact-sheet augmented.png
    handypose train detector.yaml --set model.image_size=192
    handypose train config.yaml --workers 10.0.0.1:4000,10.0.0.2:4000 --worker 0
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from handypose_tf.cli.console import say
from handypose_tf.cli.keras2 import use_keras2
from handypose_tf.files import write_json

if TYPE_CHECKING:
    from handypose_tf.training import TrainingResult
    from handypose_tf.training.config import RunConfig

#: What a shell calls a process that a signal ended.
_SIGNAL_CODE = 128


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose train` takes."""
    parser.add_argument("config", type=Path, metavar="CONFIG.yaml")
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="KEY.KEY=VALUE",
        help="set a key of the configuration; repeat for more",
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with the run in its folder"
    )
    parser.add_argument("--out", metavar="DIR", help="folder of the run")
    parser.add_argument(
        "--qat",
        action="store_true",
        help="train with the rounding of 8 bits; the same as `qat: true`",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="figures of all epochs"
    )
    parser.add_argument(
        "--contact-sheet",
        type=Path,
        metavar="FILE",
        help="draw augmented samples with their points, and do not train",
    )
    workers = parser.add_argument_group("several machines (or set TF_CONFIG)")
    workers.add_argument(
        "--workers",
        type=_addresses,
        metavar="HOST:PORT,...",
        help="all workers, the same list everywhere",
    )
    workers.add_argument(
        "--worker", type=int, metavar="I", help="which of them this is, from 0"
    )
    parser.set_defaults(usage_error=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Train, or draw a contact sheet; returns the exit code."""
    config = _configure(arguments)
    if arguments.contact_sheet:
        _draw(config, arguments.contact_sheet)
        return 0
    from handypose_tf.training import train

    result = train(
        config,
        resume=arguments.resume,
        report=_report,
        verbose=int(sys.stdout.isatty()),
    )
    if arguments.json:
        write_json(arguments.json, result.history)
    return _conclude(result)


def _configure(arguments: argparse.Namespace) -> RunConfig:
    """Read the configuration, and choose the Keras generation before its import."""
    from handypose_tf.training.config_file import build_config, read_config

    overrides = [*arguments.overrides]
    if arguments.out:
        overrides.append(f"out={json.dumps(arguments.out)}")
    if arguments.qat:
        overrides.append("qat=true")
    if arguments.workers:
        overrides.append("strategy=multi_worker")
        _set_cluster(arguments)
    values = read_config(arguments.config, overrides)
    if values.get("qat") is True:
        use_keras2("train quantisation-aware")
    if values.get("strategy") == "multi_worker":
        use_keras2("train over several workers")
    return build_config(values, str(arguments.config))


def _set_cluster(arguments: argparse.Namespace) -> None:
    """Tell TensorFlow about the workers."""
    count = len(arguments.workers)
    if arguments.worker is None or not 0 <= arguments.worker < count:
        arguments.usage_error(f"--workers needs --worker, 0 to {count - 1}")
    cluster = {
        "cluster": {"worker": arguments.workers},
        "task": {"type": "worker", "index": arguments.worker},
    }
    os.environ["TF_CONFIG"] = json.dumps(cluster)


def _draw(config: RunConfig, path: Path) -> None:
    from handypose_tf.images import write_image
    from handypose_tf.tasks import open_task

    write_image(path, open_task(config).training.draw())
    say(f"{path}: augmented samples of the first epoch")


def _report(figures: dict[str, float]) -> None:
    """Print an epoch's figures on a line."""
    words = [f"epoch {figures['epoch']:.0f}", f"loss {figures['loss']:.6f}"]
    words += [f"{k[4:]} {v:.4f}" for k, v in figures.items() if k.startswith("val_")]
    words.append(f"{figures['seconds']:.0f} s")
    say("  ".join(words))


def _conclude(result: TrainingResult) -> int:
    if result.stopped_by:
        say(f"stopped by signal {result.stopped_by}; --resume goes on from here")
        return _SIGNAL_CODE + result.stopped_by
    say(f"best model {result.best}, last {result.last}")
    return 0


def _addresses(text: str) -> list[str]:
    """Turn `host:port,...` into a list."""
    addresses = text.split(",")
    for address in addresses:
        host, colon, port = address.rpartition(":")
        if not (host and colon and port.isdigit()):
            raise argparse.ArgumentTypeError(f"{address!r} is not HOST:PORT")
    return addresses
