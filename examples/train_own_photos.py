r"""Train on your own photos, labelled as COCO keypoints, on a laptop.

python examples/train_own_photos.py labelled/train.json \
    --validation labelled/val.json
python examples/train_own_photos.py --smoke
"""

from __future__ import annotations

import argparse
from pathlib import Path

from drawn_hands import write_coco
from recipe_script import make_parser, run


def overrides(args: argparse.Namespace) -> list[str]:
    """Return the keys that name data and weights."""
    return [
        f"data.train=[{{source: 'coco:{args.data}'}}]",
        f"data.validation=[{{source: 'coco:{args.validation or args.data}'}}]",
        f"model.weights={args.weights}",
    ]


if __name__ == "__main__":
    parser = make_parser(__doc__, "a COCO file with 21 keypoints")
    parser.add_argument("--validation", type=Path, help="another such file")
    parser.add_argument(
        "--weights", default="imagenet", help="a .keras file to begin with"
    )
    run(parser, lambda args: "own_photos", overrides, write_coco)
