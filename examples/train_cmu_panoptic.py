"""Train on CMU Panoptic (hand143), by the paper's recipe or a modern one.

python examples/train_cmu_panoptic.py /data/hand143_panopticdb --imagenet resnet101.pth
python examples/train_cmu_panoptic.py --smoke
"""

from __future__ import annotations

import argparse

from drawn_hands import write_cmu_panoptic
from recipe_script import add_recipe_arguments, make_parser, run


def overrides(args: argparse.Namespace) -> list[str]:
    """Return the keys that name data and weights."""
    return [
        f"data.train=[{{source: 'cmu_panoptic:{args.data}:train'}}]",
        f"data.validation=[{{source: 'cmu_panoptic:{args.data}:val'}}]",
        f"model.imagenet_file={args.imagenet or 'null'}",
    ]


if __name__ == "__main__":
    parser = make_parser(__doc__, "folder hand143_panopticdb")
    add_recipe_arguments(parser)
    run(
        parser,
        lambda args: f"cmu_panoptic_{args.recipe}",
        overrides,
        write_cmu_panoptic,
    )
