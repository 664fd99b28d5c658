"""From which score on a hand, and a point of it, counts: every limit in one place.

`examples/web/src/hand` has the same numbers under the same names.
"""

from __future__ import annotations

from dataclasses import dataclass

from handypose_tf.litert.metadata import ModelMetadata

#: Without boxes, a find whose score is lower is no hand. Measured with handypose_lite0
#: at three levels: a quarter of a false alarm in a held-out picture of rendered people,
#: a tenth in a piece of a photo without a hand.
MIN_HAND_SCORE = 0.3

#: A followed hand whose mean score falls below this is lost. Lower than
#: `MIN_HAND_SCORE`: otherwise a hand between the two is found anew in every frame.
KEEP_SCORE = 0.25

#: The same of models that tell presence, the chance of a hand, where their file does
#: not say `min_score` and `keep_score`.
MIN_PRESENCE = 0.5
KEEP_PRESENCE = 0.3

#: A hand whose score is lower is drawn faint: on 208 photos of people nine of ten false
#: finds of handypose_lite0, and two of five hands, score less.
DOUBTFUL_SCORE = 0.45

#: What a detector's find must score where the model's file does not say.
MIN_DETECTION_SCORE = 0.3

#: A point with this score counts as found when the next crop is placed, if ...
FOUND_SCORE = 0.2
#: ... this share of the points is found.
FOUND_SHARE = 0.25

#: Points found in a whole picture must spread over this share of its longer side for a
#: closer look.
FOUND_SPREAD = 0.05


@dataclass(frozen=True)
class HandLimits:
    """What a hand's score must be.

    Attributes:
        find: Of one that is found in a picture.
        keep: Of one that is followed through a video; lower, or hands between the two
            would be found and lost in every frame.
    """

    find: float
    keep: float

    def keep_below(self, find: float) -> float:
        """Return what a followed hand needs where one that is found needs `find`."""
        share = self.keep / self.find if self.find else 0.0
        return min(self.keep, find * share)


def hand_limits(metadata: ModelMetadata) -> HandLimits:
    """Return the limits of a pose model: its file's own, or those of its kind.

    Args:
        metadata: Of the model; `decode` may hold `min_score` and `keep_score`.
    """
    kind = (MIN_HAND_SCORE, KEEP_SCORE)
    if metadata.presence:
        kind = (MIN_PRESENCE, KEEP_PRESENCE)
    find, keep = metadata.decode.min_score, metadata.decode.keep_score
    find = kind[0] if find is None else find
    keep = HandLimits(*kind).keep_below(find) if keep is None else keep
    return HandLimits(find, keep)
