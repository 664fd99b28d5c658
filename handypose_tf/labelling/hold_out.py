"""Keeping some hands apart, to validate on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from handypose_tf.errors import DataError
from handypose_tf.labelling.selection import FoundHand


def split_hands(
    hands: Sequence[FoundHand], share: float, *, by_folder: bool
) -> tuple[list[FoundHand], list[FoundHand]]:
    """Split hands so that no photo, or no folder, is on both sides.

    Args:
        hands: All hands.
        share: Of the hands to hold out, 0..1; groups are taken at random until it is
            reached.
        by_folder: Keep a folder's photos together, not just a photo's hands.

    Returns:
        Hands to train on, and hands held out, both in the given order.

    Raises:
        DataError: If there are too few groups for two sides.
    """
    photos = [Path(hand.result.photo) for hand in hands]
    groups = [str(photo.parent if by_folder else photo) for photo in photos]
    names = sorted(set(groups))
    if len(names) < 2:
        kind = "folder" if by_folder else "photo"
        raise DataError(
            f"all hands are in one {kind}, nothing can be held out; add photos, or "
            "choose another --group-by"
        )
    held_out: set[str] = set()
    count = 0
    for name in np.random.default_rng(0).permutation(names)[:-1].tolist():
        if count >= share * len(hands):
            break
        held_out.add(name)
        count += groups.count(name)
    pairs = list(zip(hands, groups, strict=True))
    return (
        [hand for hand, group in pairs if group not in held_out],
        [hand for hand, group in pairs if group in held_out],
    )
