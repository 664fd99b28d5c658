"""RHD 1.1, the Rendered Handpose Dataset: rendered people, both hands.

Layout: `training/` and `evaluation/`, each with `color/%05d.png` (320x320) and
`anno_training.pickle` or `anno_evaluation.pickle`: number to `K`, `xyz` and `uv_vis`
(42 x 3; 0-20 left hand, 21-41 right, each finger from tip to base) (Zimmermann and
Brox, "Learning to Estimate 3D Hand Pose from Single RGB Images", ICCV 2017).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np

from handypose_tf.data.parsing import FileError, field, numbers
from handypose_tf.data.readers.base import Reader
from handypose_tf.data.readers.index import Entry
from handypose_tf.data.readers.unpickle import load_arrays
from handypose_tf.data.sample import Problem, Record
from handypose_tf.geometry import tight_box
from handypose_tf.hand import NUM_KEYPOINTS, RHD_ORDER

#: The hands in the order of the annotation: name and `is_left`.
_HANDS = (("left", 1), ("right", 0))


class RhdReader(Reader):
    """Reads RHD: every hand of which at least one joint can be seen.

    RHD gives no box, but the place of each joint, hidden ones too: the box is the tight
    box of all 21, so that a hand with one joint in sight has one as well.
    """

    format = "rhd"
    splits: ClassVar = {"train": "training", "test": "evaluation"}

    def _scan(self) -> Iterator[Entry | Problem]:
        for split, folder in self._folders():
            path = folder / f"anno_{folder.name}.pickle"
            annotations = load_arrays(path)
            is_table = isinstance(annotations, dict)
            if not is_table or not all(isinstance(n, int) for n in annotations):
                raise FileError(path, "not a table of numbers to annotations")
            for number, annotation in annotations.items():
                for hand in _seen_hands(annotation):
                    where = f"{number}.{_HANDS[hand][0]}"
                    yield Entry(path, where, split, (number, annotation, hand))

    def _parse(self, entry: Entry) -> Record:
        number, annotation, hand = entry.value
        points = numbers(field(annotation, "uv_vis"), "uv_vis", 2 * NUM_KEYPOINTS, 3)
        points = points[hand * NUM_KEYPOINTS :][list(RHD_ORDER)]
        folder = self.splits[entry.split]
        name, is_left = _HANDS[hand]
        return Record(
            f"{folder}/{number:05d}/{name}",
            str(self.path / folder / "color" / f"{number:05d}.png"),
            points[:, :2],
            (points[:, 2] > 0).astype(np.float32),
            tight_box(points[:, :2]),
            is_left=is_left,
            split=entry.split,
        )


def _seen_hands(annotation: Any) -> list[int]:
    """Return the hands with a joint in sight; both where that cannot be told."""
    try:
        flags = np.asarray(annotation["uv_vis"], np.float64)[:, 2]
        seen = flags.reshape(2, NUM_KEYPOINTS).any(axis=1)
    except (KeyError, IndexError, TypeError, ValueError):
        return [0, 1]
    return [int(hand) for hand in np.flatnonzero(seen)]
