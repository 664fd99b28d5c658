"""Which of the found hands are good enough to be learned from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from handypose_tf.data.parsing import read_text
from handypose_tf.errors import DataError
from handypose_tf.geometry import is_inside
from handypose_tf.labelling.photo_log import PhotoResult
from handypose_tf.labelling.teacher import HandLabel

#: A hand with fewer points inside the photo is cut off too much; one on fewer of whose
#: points looks agree is uncertain.
MIN_POINTS = 10

#: Why a hand is left out, in the order in which it is asked; the last may be overruled.
TEACHERS_DIFFER = "the teachers differ"
REASONS = ("rejected", "too small", "cut off", "uncertain", TEACHERS_DIFFER)


class FoundHand(NamedTuple):
    """A hand and the photo it is in.

    Attributes:
        id: The same in every run with the same log.
        result: Of its photo.
        label: Of the hand.
    """

    id: int
    result: PhotoResult
    label: HandLabel

    @property
    def inside(self) -> np.ndarray:
        """Which points lie in the photo, `(21,)` bool."""
        return is_inside(self.label.keypoints, self.result.width, self.result.height)

    @property
    def accepted(self) -> FoundHand:
        """The hand as its first teacher labels it, whatever a second one says."""
        return self._replace(label=replace(self.label, second_keypoints=None))

    @property
    def labelled(self) -> np.ndarray:
        """Which points lie in the photo and are agreed on, `(21,)` bool."""
        return self.inside & self.label.is_sure


@dataclass(frozen=True)
class Rule:
    """What a label must be like.

    Attributes:
        min_size: Of the tight box's longer side, pixels.
        max_disagreement: Of several looks.
        max_difference: Of two teachers. Measured (30 November 2026): of the hands that
            .1 leaves out, 21 of 37 are wrong; of those that .08 does, 29 of 68.
        rejected: Numbers of hands that a person has refused.
        accepted: Numbers of hands that a person takes though the teachers differ.
    """

    min_size: float = 48.0
    max_disagreement: float = 0.05
    max_difference: float = 0.1
    rejected: frozenset[int] = frozenset()
    accepted: frozenset[int] = frozenset()

    def refusal(self, hand: FoundHand) -> str | None:
        """Return the first of `REASONS` that speaks against a hand, or `None`."""
        label = hand.label
        against = (
            hand.id in self.rejected,
            label.size < self.min_size,
            int(hand.inside.sum()) < MIN_POINTS,
            label.disagreement > self.max_disagreement
            or int((hand.inside & label.looks_agree).sum()) < MIN_POINTS,
            label.difference > self.max_difference
            or int(hand.labelled.sum()) < MIN_POINTS,
        )
        return next((r for r, yes in zip(REASONS, against, strict=True) if yes), None)


def found_hands(results: Iterable[PhotoResult]) -> list[FoundHand]:
    """Return all hands of photos, numbered."""
    return [
        FoundHand(number, result, label)
        for result in results
        for number, label in enumerate(result.hands, start=result.first_id)
    ]


def select(
    hands: Iterable[FoundHand], rule: Rule
) -> tuple[list[FoundHand], dict[str, list[FoundHand]]]:
    """Return the hands that are kept, and those that are left out by their reason."""
    kept: list[FoundHand] = []
    refused: defaultdict[str, list[FoundHand]] = defaultdict(list)
    for found in hands:
        hand = found.accepted if found.id in rule.accepted else found
        reason = rule.refusal(hand)
        (kept if reason is None else refused[reason]).append(hand)
    return kept, dict(refused)


def read_numbers(path: Path) -> frozenset[int]:
    """Read a person's list of hands: a number a line, what follows a `#` is a comment.

    Raises:
        DataError: If a line is no number; the file may be missing.
    """
    if not path.is_file():
        return frozenset()
    numbers = set()
    for row, line in enumerate(read_text(path).splitlines(), start=1):
        text = line.partition("#")[0].strip()
        if text and not text.isdecimal():
            raise DataError(f"{path}:{row}: {text!r} is no number of a hand; mend it")
        if text:
            numbers.add(int(text))
    return frozenset(numbers)
