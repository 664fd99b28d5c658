"""What the training scripts have in common: arguments, and `--smoke` on drawn hands."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from drawn_hands import SMOKE

from handypose_tf.training import load_config, train

CONFIGS = Path(__file__).with_name("configs")


def make_parser(description: str, data: str) -> argparse.ArgumentParser:
    """Return a parser for data, `--out`, `--resume` and `--smoke`.

    Args:
        description: The script's docstring.
        data: What the data are, in words.
    """
    parser = argparse.ArgumentParser(description=description.partition("\n")[0])
    parser.add_argument("data", type=Path, nargs="?", help=data)
    parser.add_argument("--out", type=Path, help="folder of the run")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--smoke", action="store_true", help="a minute, on drawn hands")
    return parser


def add_recipe_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the scripts that train the paper's network."""
    parser.add_argument("--recipe", choices=("paper", "modern"), default="modern")
    parser.add_argument(
        "--imagenet", metavar="FILE", help="torchvision's resnet101.pth"
    )


def run(
    parser: argparse.ArgumentParser,
    recipe: Callable[[argparse.Namespace], str],
    overrides: Callable[[argparse.Namespace], list[str]],
    draw: Callable[[Path], Path],
) -> None:
    """Train as the command line says.

    Args:
        parser: From `make_parser`.
        recipe: Name of the recipe in `configs/` for the arguments.
        overrides: Keys to set in it, for the arguments.
        draw: Writes drawn hands into a folder, for `--smoke`; returns their path.
    """
    args = parser.parse_args()
    if not args.smoke and args.data is None:
        parser.error("name the data, or try --smoke")
    with tempfile.TemporaryDirectory() as scratch:
        if args.smoke:
            args.data = draw(Path(scratch) / "hands")
        words = overrides(args)
        if args.smoke:
            words += [*SMOKE, f"out={scratch}/run"]
        if args.out:
            words.append(f"out={args.out}")
        config = load_config(CONFIGS / f"{recipe(args)}.yaml", words)
        result = train(config, resume=args.resume, report=print)
        print(f"best {result.best}, {result.best.stat().st_size / 1e6:.1f} MB")
