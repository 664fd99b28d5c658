"""Holding hands out, and outlines for the background swap."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from handypose_tf import labelling
from handypose_tf.cli.main import main
from handypose_tf.data import open_source
from handypose_tf.data.polygons import decode_mask, draw_polygons
from handypose_tf.errors import DataError
from handypose_tf.labelling import HandLabel, PhotoResult
from handypose_tf.labelling.hold_out import split_hands
from handypose_tf.labelling.segmentation import outline_hand
from handypose_tf.labelling.selection import FoundHand


def hands(num_folders: int = 10, photos: int = 4) -> list[FoundHand]:
    """Two hands a photo."""
    label = HandLabel(np.zeros((21, 2), np.float32), 0.9, 0.01)
    names = [f"/p/{i}/{j}.jpg" for i in range(num_folders) for j in range(photos)]
    return [
        FoundHand(number, PhotoResult(name, (1, 1), 100, 80), label)
        for number, name in enumerate(sorted(names * 2))
    ]


@pytest.mark.parametrize("by_folder", [False, True])
def test_no_group_is_on_both_sides(by_folder: bool) -> None:
    train, held_out = split_hands(hands(), 0.2, by_folder=by_folder)
    assert len(train) == 64 and len(held_out) == 16
    groups = [
        {Path(h.result.photo).parent if by_folder else h.result.photo for h in side}
        for side in (train, held_out)
    ]
    assert not groups[0] & groups[1]
    assert [h.id for h in train] == sorted(h.id for h in train)
    again, _ = split_hands(hands(), 0.2, by_folder=by_folder)
    assert [h.id for h in train] == [h.id for h in again]


def test_one_group_cannot_be_split() -> None:
    with pytest.raises(DataError, match="--group-by"):
        split_hands(hands(num_folders=1), 0.2, by_folder=True)


def test_the_outline_of_a_rendered_hand(demo_hand) -> None:
    image, keypoints = demo_hand
    polygons = outline_hand(image, keypoints)
    mask = draw_polygons(polygons, image.shape[1], image.shape[0]) > 0
    columns, rows = np.rint(keypoints).astype(int).T
    assert mask[rows, columns].mean() >= 0.9
    assert 0.05 < mask.mean() < 0.6


def test_label_writes_both_sides_and_masks(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dot_teacher
) -> None:
    monkeypatch.setattr(labelling, "open_teacher", lambda *_: dot_teacher)
    (photos / "broken.jpg").unlink()
    out = tmp_path / "out"
    words = ["label", str(photos), "--out", str(out), "--hold-out", "0.25", "--masks"]
    assert main(words) == 0
    train, held_out, both = (
        open_source(f"coco:{out / name}.json").records()
        for name in ("train", "val", "annotations")
    )
    assert (len(train), len(held_out), len(both)) == (3, 1, 4)
    assert len(open_source(f"coco:{out}:train").records()) == 3
    assert all(decode_mask(record.mask).shape == (96, 128) for record in both)
