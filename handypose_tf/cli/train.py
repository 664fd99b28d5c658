r"""Train a network on your own photos, or as a YAML file says.

With --from a model that ships, or one of your own, goes on learning from your hands:
size, heads, batches, epochs and learning rate fit the model and the data. The start is
measured as epoch 0; where no epoch is better, the result is the start. With a YAML file
any key can be set from the command line. SIGTERM and Ctrl-C save the state first, and
--resume goes on.

Example:
    handypose train --from handypose_mediapipe_full --data coco:labelled/train.json \
        --val coco:labelled/val.json --out runs/mine
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
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from handypose_tf.cli.console import quiet_native_log, say
from handypose_tf.cli.keras2 import use_keras2
from handypose_tf.cli.options import (
    Options,
    add_count,
    add_data,
    add_file,
    add_flag,
)
from handypose_tf.files import write_json

if TYPE_CHECKING:
    from handypose_tf.training import TrainingResult
    from handypose_tf.training.config import RunConfig

#: Figures that a line of the log begins with; losses of single outputs are in log.csv.
_FIRST_FIGURES = ("loss", "val_loss", "val_pck", "val_epe", "val_auc")

#: What a shell calls a process that a signal ended.
_SIGNAL_CODE = 128


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose train` takes."""
    parser.add_argument("config", type=Path, nargs="?", metavar="CONFIG.yaml")
    _add_own(parser.add_argument_group("your own photos, without a YAML file"))
    _add_run(parser)
    _add_workers(parser.add_argument_group("several machines (or set TF_CONFIG)"))
    parser.set_defaults(usage_error=parser.error)


def _add_own(own: Options) -> None:
    own.add_argument(
        "--from",
        dest="model",
        metavar="MODEL",
        help="preset, shipped model or .keras file to go on with",
    )
    data = "hands to train on; repeat for more"
    add_data(own, data, several=True, required=False)
    others = "other hands, which choose the best epoch; repeat for more"
    add_data(own, others, name="--val", several=True, required=False)
    own.add_argument(
        "--init",
        default="shipped",
        metavar="WEIGHTS",
        help="begin a preset with other weights than its own: imagenet, mediapipe or a "
        ".keras file",
    )
    add_count(own, "--epochs", "(default: as fits the data)")
    own.add_argument(
        "--licence",
        metavar="TEXT",
        help="licence of data whose files state none, for the model and run.json",
    )


def _add_run(parser: Options) -> None:
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="KEY.KEY=VALUE",
        help="set a key of the configuration; repeat for more",
    )
    add_flag(parser, "--resume", "go on with the run in its folder")
    parser.add_argument("--out", metavar="DIR", help="folder of the run")
    parser.add_argument(
        "--callback",
        dest="callbacks",
        action="append",
        default=[],
        metavar="MODULE:CLASS",
        help="a Keras callback that hears of the run; repeat for more",
    )
    add_flag(
        parser, "--qat", "train with the rounding of 8 bits; the same as `qat: true`"
    )
    add_file(parser, "--json", "figures of all epochs")
    sheet = "draw augmented samples with their points, and do not train"
    add_file(parser, "--contact-sheet", sheet)


def _add_workers(workers: Options) -> None:
    workers.add_argument(
        "--workers",
        type=_addresses,
        metavar="HOST:PORT,...",
        help="all workers, the same list everywhere",
    )
    workers.add_argument(
        "--worker", type=int, metavar="I", help="which of them this is, from 0"
    )


def run(arguments: argparse.Namespace) -> int:
    """Train, or draw a contact sheet; returns the exit code."""
    config = _configure(arguments)
    if arguments.contact_sheet:
        _draw(config, arguments.contact_sheet)
        return 0
    with quiet_native_log():
        from handypose_tf.training import train
        from handypose_tf.training.progress import ProgressLines

    is_terminal = sys.stdout.isatty()
    result = train(
        config,
        resume=arguments.resume,
        callbacks=[] if is_terminal else [ProgressLines(say, config.epochs)],
        report=_report,
        note=say,
        verbose=int(is_terminal),
    )
    if arguments.json:
        write_json(arguments.json, result.history)
    return _conclude(result)


def _configure(arguments: argparse.Namespace) -> RunConfig:
    """Read the configuration, and choose the Keras generation before its import."""
    _check_usage(arguments)
    if arguments.model is not None:
        return _fine_tune(arguments)
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
    if arguments.callbacks:
        values["callbacks"] = [*values.get("callbacks", ()), *arguments.callbacks]
    if values.get("qat") is True:
        use_keras2("train quantisation-aware")
    if values.get("strategy") == "multi_worker":
        use_keras2("train over several workers")
    return build_config(values, str(arguments.config))


def _fine_tune(arguments: argparse.Namespace) -> RunConfig:
    """Return a configuration that fits a model and data."""
    with quiet_native_log():
        from handypose_tf.training import fine_tune_config

    config = fine_tune_config(
        arguments.model,
        arguments.data,
        arguments.val,
        arguments.out,
        init=arguments.init,
        epochs=arguments.epochs,
        licence=arguments.licence,
    )
    return replace(config, callbacks=tuple(arguments.callbacks))


def _check_usage(arguments: argparse.Namespace) -> None:
    """Refuse what does not go together."""
    needed = {"--data": arguments.data, "--val": arguments.val, "--out": arguments.out}
    if (arguments.config is None) == (arguments.model is None):
        arguments.usage_error("give a CONFIG.yaml, or --from with --data and --val")
    if arguments.config is None:
        if missing := [name for name, value in needed.items() if not value]:
            arguments.usage_error(f"--from needs {' and '.join(missing)}")
        if arguments.overrides or arguments.qat or arguments.workers:
            arguments.usage_error("--set, --qat and --workers go with a CONFIG.yaml")
    elif arguments.data or arguments.val or arguments.epochs or arguments.licence:
        arguments.usage_error("--data, --val, --epochs and --licence go with --from")


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
    with quiet_native_log():
        from handypose_tf.images import write_image
        from handypose_tf.tasks import open_task

    write_image(path, open_task(config).training.draw())
    say(f"{path}: augmented samples of the first epoch")


def _report(figures: dict[str, float]) -> None:
    """Print an epoch's figures on a line."""
    epoch = f"{figures['epoch']:.0f}" if figures["epoch"] else "0 (the start)"
    words = [f"epoch {epoch}"]
    others = [name for name in figures if name.startswith("val_")]
    parts = [name for name in others if name.endswith("_loss")]
    names = dict.fromkeys([*_FIRST_FIGURES, *sorted({*others} - {*parts})])
    words += [
        f"{name} {figures[name]:.{6 if name.endswith('loss') else 4}f}"
        for name in names
        if name in figures
    ]
    words.append(f"{figures['seconds']:.0f} s")
    say("  ".join(words))


def _conclude(result: TrainingResult) -> int:
    if result.stopped_by:
        say(f"stopped by signal {result.stopped_by}; --resume goes on from here")
        return _SIGNAL_CODE + result.stopped_by
    if result.best_epoch == 0:
        say("no epoch was better than the start: the best model is the start")
    say(f"best model {result.best} (epoch {result.best_epoch}), last {result.last}")
    return 0


def _addresses(text: str) -> list[str]:
    """Turn `host:port,...` into a list."""
    addresses = text.split(",")
    for address in addresses:
        host, colon, port = address.rpartition(":")
        if not (host and colon and port.isdigit()):
            raise argparse.ArgumentTypeError(f"{address!r} is not HOST:PORT")
    return addresses
