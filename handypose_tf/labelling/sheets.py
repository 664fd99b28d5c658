"""Contact sheets of labelled hands, for a person to look through."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from handypose_tf.geometry import box_region, tight_box
from handypose_tf.images import Image, read_image
from handypose_tf.images.drawing import contact_sheet, draw_hand_tile
from handypose_tf.labelling.selection import FoundHand

_COLUMNS = 8
HANDS_PER_SHEET = 48
_TILE = 224
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
    ordered = by_disagreement(hands)[::-1]
    starts = range(0, len(ordered), HANDS_PER_SHEET)
    return {
        f"page_{page:03d}.jpg": ordered[start : start + HANDS_PER_SHEET]
        for page, start in enumerate(starts, start=1)
    }


def by_disagreement(hands: Sequence[FoundHand]) -> list[FoundHand]:
    """Return hands, the surest first."""
    return sorted(hands, key=lambda hand: hand.label.disagreement)


def draw_sheet(hands: Sequence[FoundHand]) -> Image:
    """Draw hands in rows, each with its number, its disagreement and its photo."""
    captions = [
        f"{hand.id}  {hand.label.disagreement:.3f}  {Path(hand.result.photo).name}"
        for hand in hands
    ]
    return contact_sheet([_tile(hand) for hand in hands], captions, _COLUMNS, _TILE)


def _tile(hand: FoundHand) -> Image:
    keypoints = hand.label.keypoints
    region = box_region(tight_box(keypoints), scale=_SHOWN)
    image = read_image(hand.result.photo)
    visibility = hand.label.is_sure
    return draw_hand_tile(image, region, _TILE, keypoints, visibility=visibility)
