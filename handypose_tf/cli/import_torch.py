"""Turn a checkpoint of the released PyTorch code into a .keras model.

The model takes RGB in 0..255 like every other: the released code's BGR order and its
normalisation go into the first layers. The file is read without PyTorch, and
nothing in it is run as code.

Example:
  handypose import-torch checkpoint.pth --head multi_level_waterfall --out hand.keras
"""

from __future__ import annotations

import argparse
from pathlib import Path

from handypose_tf.cli.console import say
from handypose_tf.cli.options import LARGEST_SIDE, add_file, add_out, whole_parser
from handypose_tf.errors import OutputError
from handypose_tf.files import write_json
from handypose_tf.models.presets import RELEASED_HEADS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose import-torch` takes."""
    parser.add_argument(
        "checkpoint",
        type=Path,
        metavar="CHECKPOINT",
        help="state dict, bare or under `state_dict`, with or without `module.`",
    )
    parser.add_argument(
        "--head", required=True, choices=RELEASED_HEADS, help="which head it holds"
    )
    add_out(parser, "MODEL.keras", "file to write")
    parser.add_argument(
        "--size",
        type=whole_parser(32, LARGEST_SIDE, multiple=16),
        default=368,
        help="side of the model's input, pixels, a multiple of 16 (default: 368)",
    )
    add_file(parser, "--json", "write the model's facts as JSON too")


def run(arguments: argparse.Namespace) -> int:
    """Import, save and say what was written."""
    from handypose_tf.models import import_released, save_model

    if arguments.out.suffix != ".keras":
        raise OutputError(f"{arguments.out}: must end with .keras; give another name")
    model = import_released(
        arguments.checkpoint, arguments.head, image_size=arguments.size
    )
    model.describe(
        trained=True,
        licence="as the checkpoint's",
        training_data=f"not stated; imported from {arguments.checkpoint.name}",
    )
    save_model(model, arguments.out)
    facts = model.metadata()
    say(
        f"{arguments.out}: {facts.preset}, {arguments.size} px, "
        f"{facts.parameters:,} parameters, {facts.macs / 1e9:.1f} G MACs"
    )
    if arguments.json is not None:
        write_json(arguments.json, facts.to_dict())
    return 0
