"""Contact sheets of labelled hands, for a person to look through."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from numpy.typing import ArrayLike

from handypose_tf.geometry import box_region, tight_box
from handypose_tf.images import Image, read_image
from handypose_tf.images.drawing import SHEET_COLOR, contact_sheet, draw_hand_tile
from handypose_tf.labelling.selection import FoundHand

_COLUMNS = 8
HANDS_PER_SHEET = 48
_TILE = 224
#: Width of what parts one hand's pair of tiles from the next, pixels.
_GAP = 8
#: Side of what is shown over that of the hand: its arm and neighbours are seen too.
_SHOWN = 2.0


def best_and_worst(hands: Sequence[FoundHand]) -> dict[str, list[FoundHand]]:
    """Return the surest and the least sure hands of a sheet each, none in both.

    Args:
        hands: Two or more; a single one is among the best.
    """
    ordered = by_disagreement(hands)
    count = min(HANDS_PER_SHEET, (len(ordered) + 1) // 2)
    worst = ordered[count:][-HANDS_PER_SHEET:]
    sheets = {"best.jpg": ordered[:count], "worst.jpg": worst[::-1]}
    return {name: chosen for name, chosen in sheets.items() if chosen}


def review_pages(hands: Sequence[FoundHand]) -> dict[str, list[FoundHand]]:
    """Return all hands, a page each `HANDS_PER_SHEET`, the least sure first."""
    return _pages(by_disagreement(hands)[::-1], "page", HANDS_PER_SHEET)


def differing_pages(hands: Sequence[FoundHand]) -> dict[str, list[FoundHand]]:
    """Return hands on which teachers differ, by pages, the least different first."""
    ordered = sorted(hands, key=lambda hand: hand.label.difference)
    return _pages(ordered, "differ", HANDS_PER_SHEET // 2)


def by_disagreement(hands: Sequence[FoundHand]) -> list[FoundHand]:
    """Return hands, the surest first."""
    return sorted(hands, key=lambda hand: hand.label.disagreement)


def draw_sheet(hands: Sequence[FoundHand]) -> Image:
    """Draw hands in rows, each with its number, its disagreement and its photo."""
    captions = [
        f"{hand.id}  {hand.label.disagreement:.3f}  {Path(hand.result.photo).name}"
        for hand in hands
    ]
    tiles = [_tile(hand, hand.label.keypoints, hand.label.is_sure) for hand in hands]
    return contact_sheet(tiles, captions, _COLUMNS, _TILE)


def draw_differing(hands: Sequence[FoundHand]) -> Image:
    """Draw hands twice, side by side: the first teacher's points, and the second's.

    Under the first are the hand's number, the teachers' difference and the photo.
    """
    tiles, captions = [], []
    for hand in hands:
        label, name = hand.label, Path(hand.result.photo).name
        assert label.second_keypoints is not None  # or they would not differ
        captions += [f"{hand.id}  {label.difference:.3f}  {name}", "second teacher"]
        tiles.append(_tile(hand, label.keypoints, label.looks_agree))
        tiles.append(_tile(hand, label.second_keypoints))
        tiles[-1][:, -_GAP:] = SHEET_COLOR
    return contact_sheet(tiles, captions, _COLUMNS, _TILE)


def _pages(
    ordered: list[FoundHand], name: str, size: int
) -> dict[str, list[FoundHand]]:
    starts = range(0, len(ordered), size)
    return {
        f"{name}_{page:03d}.jpg": ordered[start : start + size]
        for page, start in enumerate(starts, start=1)
    }


def _tile(
    hand: FoundHand, keypoints: ArrayLike, visibility: ArrayLike | None = None
) -> Image:
    """Draw points on the hand's surroundings, the same whosesoever points they are."""
    region = box_region(tight_box(hand.label.keypoints), scale=_SHOWN)
    image = read_image(hand.result.photo)
    return draw_hand_tile(image, region, _TILE, keypoints, visibility=visibility)
