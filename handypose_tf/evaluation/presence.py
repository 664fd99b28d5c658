"""Whether a model's presence is the chance of a hand: measured, and fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handypose_tf.data.sample import Record
from handypose_tf.errors import DataError, ModelError
from handypose_tf.evaluation.score_calibration import (
    Calibration,
    Reliability,
    check_rising,
    fit_logistic,
    measure_reliability,
)
from handypose_tf.inference import HandPoseEstimator
from handypose_tf.litert.metadata import plain
from handypose_tf.models import HandyPose

#: Places that are hands, and places that are none, at least.
FEWEST_PLACES = 30

#: What keeps chances of 0 and 1 finite as logits.
_MARGIN = 1e-6


def score_presence(
    predictor: HandPoseEstimator, records: Sequence[Record]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Run a model on places in photos, each in its own crop.

    Args:
        predictor: A model that tells presence.
        records: Hands, and places that are marked as none.

    Returns:
        Chance of a hand and whether it is one, `(num_records,)` each.

    Raises:
        ModelError: If the model does not tell presence.
    """
    if not predictor.metadata.presence:
        raise ModelError("the model does not tell presence; there is nothing to fit")
    chances: list[float] = []
    ordered = sorted(records, key=lambda record: record.image_path)
    for _, group in groupby(ordered, key=lambda record: record.image_path):
        places = [*group]
        boxes = np.stack([place.box for place in places])
        hands = predictor.predict(places[0].read_image(), boxes)
        chances += [hand.score for hand in hands]
    return np.array(chances), np.array([record.is_hand for record in ordered])


def fit_presence(chances: NDArray, is_hand: NDArray) -> Calibration:
    """Fit slope and offset of the logit of presence.

    Args:
        chances: `(num_places,)`, 0..1.
        is_hand: `(num_places,)` bool.

    Raises:
        DataError: If there are too few hands, or too few places that are none, or
            places that are none get the higher chances.
    """
    hands = int(np.sum(is_hand))
    others = len(is_hand) - hands
    if min(hands, others) < FEWEST_PLACES:
        raise DataError(
            f"{hands} hands and {others} places that are none: presence is fitted on "
            f'at least {FEWEST_PLACES} of each; mark places by "no_hand": true'
        )
    return check_rising(fit_logistic(_logits(chances), np.asarray(is_hand, bool)))


@dataclass(frozen=True)
class CalibratedPresence:
    """A presence that is the chance of a hand.

    Attributes:
        calibration: What was fitted, and is in the model's weights now.
        before: How presence and what is a hand went together.
        after: The same of the calibrated presence, on the places it was fitted on.
        num_hands: Hands that it was fitted on.
        num_others: Places without one.
    """

    calibration: Calibration
    before: Reliability
    after: Reliability
    num_hands: int
    num_others: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        values: dict[str, Any] = plain(vars(self))
        return values


def calibrate_presence(
    model: HandyPose, predictor: HandPoseEstimator, records: Sequence[Record]
) -> CalibratedPresence:
    """Fit a model's presence on places that it was not trained on, and put it in.

    Args:
        model: Its weights are changed.
        predictor: The same model as it was.
        records: Hands, and places that are marked as none.

    Raises:
        ModelError: If the model does not tell presence.
        DataError: If there are too few of either kind.
    """
    chances, is_hand = score_presence(predictor, records)
    calibration = fit_presence(chances, is_hand)
    scale_presence(model, calibration)
    return CalibratedPresence(
        calibration,
        measure_reliability(chances, is_hand),
        measure_reliability(calibration(_logits(chances)), is_hand),
        int(is_hand.sum()),
        int((~is_hand).sum()),
    )


def scale_presence(model: HandyPose, calibration: Calibration) -> None:
    """Put a calibration of presence into the weights of the model's last layer."""
    layer = model.get_layer("presence")
    kernel, bias = layer.get_weights()
    layer.set_weights(
        [
            kernel * np.float32(calibration.slope),
            bias * np.float32(calibration.slope) + np.float32(calibration.offset),
        ]
    )


def _logits(chances: NDArray) -> NDArray[np.float64]:
    safe = np.clip(np.asarray(chances, np.float64), _MARGIN, 1 - _MARGIN)
    return np.log(safe / (1 - safe))
