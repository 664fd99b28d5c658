"""MediaPipe's landmark model on labelled hands, for `handypose evaluate --predictions`.

    python benchmarks/mediapipe_on_boxes.py coco:hands/annotations.json --out peers
    handypose evaluate --model handypose_lite0 --data coco:hands/annotations.json \
        --predictions peers/mediapipe_full.json --protocol nsrm

Writes COCO results for `full` and `lite`: each hand's crop of 1.5 x its tight box as it
is, and `*_four_turns.json`: the best by its own score of that crop at 0, 90, 180, 270
degrees. The model files are MediaPipe 0.10.21's, run on LiteRT.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from handypose_tf.data import Record, open_source
from handypose_tf.evaluation import Predictions, write_coco_results
from handypose_tf.geometry import box_region, tight_box
from handypose_tf.labelling import MediaPipeHands
from handypose_tf.labelling.mediapipe import VARIANTS
from handypose_tf.labelling.teacher import QUARTER_TURNS


def predict(
    hands: MediaPipeHands, records: Sequence[Record], turns: Sequence[int]
) -> Predictions:
    """Return the keypoints of the turn of the highest own score, for each record."""
    keypoints, scores = [], []
    for record in tqdm(records, disable=None):
        image = record.read_image()
        box = tight_box(record.keypoints, record.visibility)
        upright = box_region(box)
        regions = [upright._replace(degrees=degrees) for degrees in turns]
        found = [hands.landmarks_in(image, region) for region in regions]
        best = max(found, key=lambda landmarks: landmarks.presence)
        keypoints.append(best.keypoints)
        scores.append(np.full(len(best.keypoints), best.presence))
    return Predictions(np.stack(keypoints), np.stack(scores))


def main() -> None:
    """Write four files of COCO results."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", metavar="FORMAT:PATH[:SPLIT]")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    args = parser.parse_args()
    records = open_source(args.data).records()
    args.out.mkdir(parents=True, exist_ok=True)
    for variant in VARIANTS:
        hands = MediaPipeHands(variant=variant)
        for ending, turns in (("", (0,)), ("_four_turns", QUARTER_TURNS)):
            path = args.out / f"mediapipe_{variant}{ending}.json"
            write_coco_results(path, records, predict(hands, records, turns))
            print(path)


if __name__ == "__main__":
    main()
