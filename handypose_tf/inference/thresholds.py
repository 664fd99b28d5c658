"""From which score on a hand, and a point of it, counts: every limit in one place.

`examples/web/src/hand` has the same numbers under the same names.
"""

from __future__ import annotations

#: Without boxes, a find whose score is lower is no hand. Measured with handypose_lite0
#: at three levels: a quarter of a false alarm in a held-out picture of rendered people,
#: a tenth in a piece of a photo without a hand.
MIN_HAND_SCORE = 0.3

#: A followed hand whose mean score falls below this is lost. Lower than
#: `MIN_HAND_SCORE`: otherwise a hand between the two is found anew in every frame.
KEEP_SCORE = 0.25

#: What a detector's find must score where the model's file does not say.
MIN_DETECTION_SCORE = 0.3

#: A point with this score counts as found when the next crop is placed, if ...
FOUND_SCORE = 0.2
#: ... this share of the points is found.
FOUND_SHARE = 0.25

#: Points found in a whole picture must spread over this share of its longer side for a
#: closer look.
FOUND_SPREAD = 0.05
