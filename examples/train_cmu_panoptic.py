"""Train on CMU Panoptic (hand143), by the paper's recipe or a modern one.

python examples/train_cmu_panoptic.py /data/hand143_panopticdb --imagenet resnet101.pth
python examples/train_cmu_panoptic.py --smoke
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from drawn_hands import SMOKE, write_cmu_panoptic

from handypose_tf.training import load_config, train

CONFIGS = Path(__file__).with_name("configs")


def main() -> None:
    """Train as the recipe says, or for a moment on drawn hands."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path, nargs="?", help="folder hand143_panopticdb")
    parser.add_argument("--recipe", choices=("paper", "modern"), default="modern")
    parser.add_argument(
        "--imagenet", default="null", help="torchvision's resnet101.pth"
    )
    parser.add_argument("--out", type=Path, help="folder of the run")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--smoke", action="store_true", help="two minutes, drawn hands")
    args = parser.parse_args()
    if not args.smoke and args.data is None:
        parser.error("name the data, or try --smoke")
    with tempfile.TemporaryDirectory() as scratch:
        data = write_cmu_panoptic(Path(scratch)) if args.smoke else args.data
        overrides = [
            f"data.train=[{{source: 'cmu_panoptic:{data}:train'}}]",
            f"data.validation=[{{source: 'cmu_panoptic:{data}:val'}}]",
            f"model.imagenet_file={args.imagenet}",
        ]
        if args.smoke:
            overrides += [*SMOKE, f"out={scratch}/run"]
        if args.out:
            overrides.append(f"out={args.out}")
        config = load_config(CONFIGS / f"cmu_panoptic_{args.recipe}.yaml", overrides)
        result = train(config, resume=args.resume, report=print)
        print(f"best {result.best}, {result.best.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
