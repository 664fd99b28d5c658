"""Many pictures of whatever kind through several estimators."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Generator, Iterable
from typing import Any, Protocol

from handypose_tf.errors import DataError
from handypose_tf.inference.estimator_pool import EstimatorPool
from handypose_tf.inference.hand_poses import HandPoses
from handypose_tf.inference.picture_input import each_picture

#: What may be done with a picture that cannot be read.
ON_ERROR = ("raise", "skip")


class Predictor(Protocol):
    """What is needed of an estimator."""

    def predict(self, image: Any) -> HandPoses:
        """Find the hands of a picture."""


def predict_each(
    estimators: Iterable[Predictor], pictures: Any, *, skip: bool
) -> Generator[HandPoses]:
    """Yield the hands of each picture, in order.

    Args:
        estimators: One a thread.
        pictures: As for :func:`each_picture`.
        skip: Whether pictures that cannot be read are passed, with a warning each.

    Raises:
        DataError: If a picture cannot be read and is not to be passed.
    """
    results = EstimatorPool(estimators).map(_try, each_picture(pictures))
    with contextlib.closing(results):
        for result in results:
            if not isinstance(result, DataError):
                yield result
            elif skip:
                warnings.warn(f"passed: {result}", stacklevel=2)
            else:
                raise result


def _try(estimator: Predictor, picture: Any) -> HandPoses | DataError:
    try:
        return estimator.predict(picture)
    except DataError as error:
        return error
