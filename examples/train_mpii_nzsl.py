"""Train on MPII+NZSL (CMU hand_labels), by the paper's recipe or a modern one.

python examples/train_mpii_nzsl.py /data/hand_labels --imagenet resnet101.pth
python examples/train_mpii_nzsl.py --smoke
"""

from __future__ import annotations

import argparse
from pathlib import Path

from drawn_hands import write_cmu_manual
from recipe_script import add_recipe_arguments, make_parser, run


def overrides(args: argparse.Namespace) -> list[str]:
    """Return the keys that name data and weights."""
    sources = [f"{{source: 'cmu_manual:{args.data}:train', weight: 4}}"]
    if args.synth:
        sources.append(f"{{source: 'cmu_synth:{args.synth}'}}")
    return [
        f"data.train=[{', '.join(sources)}]",
        f"model.imagenet_file={args.imagenet or 'null'}",
    ]


if __name__ == "__main__":
    parser = make_parser(__doc__, "folder hand_labels")
    add_recipe_arguments(parser)
    parser.add_argument("--synth", type=Path, help="folder hand_labels_synth, to add")
    run(parser, lambda args: f"mpii_nzsl_{args.recipe}", overrides, write_cmu_manual)
