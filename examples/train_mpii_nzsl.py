"""Train on MPII+NZSL (CMU hand_labels), by the paper's recipe or a modern one.

python examples/train_mpii_nzsl.py /data/hand_labels --imagenet resnet101.pth
python examples/train_mpii_nzsl.py --smoke
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from drawn_hands import SMOKE, write_cmu_manual

from handypose_tf.training import load_config, train

CONFIGS = Path(__file__).with_name("configs")


def main() -> None:
    """Train as the recipe says, or for a moment on drawn hands."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path, nargs="?", help="folder hand_labels")
    parser.add_argument("--recipe", choices=("paper", "modern"), default="modern")
    parser.add_argument(
        "--imagenet", default="null", help="torchvision's resnet101.pth"
    )
    parser.add_argument("--synth", type=Path, help="folder hand_labels_synth, to add")
    parser.add_argument("--out", type=Path, help="folder of the run")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--smoke", action="store_true", help="two minutes, drawn hands")
    args = parser.parse_args()
    if not args.smoke and args.data is None:
        parser.error("name the data, or try --smoke")
    with tempfile.TemporaryDirectory() as scratch:
        data = write_cmu_manual(Path(scratch)) if args.smoke else args.data
        sources = [f"{{source: 'cmu_manual:{data}:train', weight: 4}}"]
        if args.synth:
            sources.append(f"{{source: 'cmu_synth:{args.synth}'}}")
        overrides = [
            f"data.train=[{', '.join(sources)}]",
            f"model.imagenet_file={args.imagenet}",
        ]
        if args.smoke:
            overrides += [*SMOKE, f"out={scratch}/run"]
        if args.out:
            overrides.append(f"out={args.out}")
        config = load_config(CONFIGS / f"mpii_nzsl_{args.recipe}.yaml", overrides)
        result = train(config, resume=args.resume, report=print)
        print(f"best {result.best}, {result.best.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
