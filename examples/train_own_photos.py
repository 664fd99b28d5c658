"""Train on your own photos, labelled as COCO keypoints, on a laptop.

python examples/train_own_photos.py photos/train.json --validation photos/val.json
python examples/train_own_photos.py --smoke
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from drawn_hands import SMOKE, write_coco

from handypose_tf.training import load_config, train

CONFIGS = Path(__file__).with_name("configs")


def main() -> None:
    """Train as the recipe says, or for a moment on drawn hands."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "data", type=Path, nargs="?", help="a COCO file with 21 keypoints"
    )
    parser.add_argument("--validation", type=Path, help="another such file")
    parser.add_argument(
        "--weights", default="imagenet", help="a .keras file to begin with"
    )
    parser.add_argument("--out", type=Path, help="folder of the run")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--smoke", action="store_true", help="two minutes, drawn hands")
    args = parser.parse_args()
    if not args.smoke and args.data is None:
        parser.error("name the data, or try --smoke")
    with tempfile.TemporaryDirectory() as scratch:
        data = write_coco(Path(scratch)) if args.smoke else args.data
        overrides = [
            f"data.train=[{{source: 'coco:{data}'}}]",
            f"data.validation=[{{source: 'coco:{args.validation or data}'}}]",
            f"model.weights={args.weights}",
        ]
        if args.smoke:
            overrides += [*SMOKE, f"out={scratch}/run"]
        if args.out:
            overrides.append(f"out={args.out}")
        config = load_config(CONFIGS / "own_photos.yaml", overrides)
        result = train(config, resume=args.resume, report=print)
        print(f"best {result.best}, {result.best.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
