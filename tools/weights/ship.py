"""Turn a trained model, of hands in crops or in whole photos, into `savedmodels/`.

    python tools/weights/ship.py runs/lite0_224/best.keras --hands hands \
        --dev coco:coco_hands_dev/annotations.json --out savedmodels
    python tools/weights/ship.py savedmodels/handypose_lite0_224.keras \
        --size 192 --hands hands --dev ... --out savedmodels
    python tools/weights/ship.py runs/detector_256/best.keras \
        --recipe tools/weights/detector.yaml --people data/people --dev ... \
        --out savedmodels

Stores the kernels as float16, exports from that file, checks what it exports on
held-out data, measures all on human-labelled hands, and writes `PRESET_SIZE.card.json`.

A pose network's scores are fitted on held-out hands first, where the weights are new
(`--keep-scores` leaves them as the card says they are), and its `--precisions` are
exported with the `golden_decode.json` of apps; with `--size` the weights of a file that
ships already are exported for another size of crop, to int8 alone. A detector is
shipped in the folder that its recipe was trained in: to int8, calibrated on training
scenes, its threshold the greatest that keeps nine of ten graded hands.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from detector_shipper import DetectorShipper
from pose_shipper import PoseShipper
from shipper import Shipper

from handypose_tf.models import HandyPose, HandyPoseDetector
from handypose_tf.models.description import CROP_HEADS
from handypose_tf.models.files import load_any


def open_shipper(args: argparse.Namespace) -> Shipper:
    """Return what ships the model of a file, whatever it is."""
    model = load_any(args.model)
    if isinstance(model, HandyPoseDetector):
        return DetectorShipper(model, args)
    assert isinstance(model, HandyPose)
    return PoseShipper(model, args)


def main(argv: list[str] | None = None) -> None:
    """Write model files, plots and card."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--dev", required=True, help="human-labelled hands")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--people", type=Path, help="graded, for choose_limits.py")
    pose = parser.add_argument_group("pose networks")
    pose.add_argument("--hands", type=Path, help="by prepare_data.py")
    pose.add_argument("--size", type=int, help="export these weights for this crop")
    pose.add_argument("--precisions", default="float16,int8", metavar="NAMES")
    pose.add_argument(
        "--keep-scores",
        action="store_true",
        help="leave them as they were fitted; choose the limits alone",
    )
    pose.add_argument("--without", nargs="*", default=[], choices=CROP_HEADS)
    pose.add_argument("--plots", type=Path, default=Path("docs/figures"))
    detector = parser.add_argument_group("detectors")
    detector.add_argument("--recipe", type=Path, help="training's YAML")
    open_shipper(parser.parse_args(argv)).ship()


if __name__ == "__main__":
    main()
