"""The switch to Keras 2, to be thrown before TensorFlow is imported."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from handypose_tf.errors import MissingExtraError

#: Switches TensorFlow's Keras to its second generation.
KERAS2_SWITCH = "TF_USE_LEGACY_KERAS"


def use_keras2(purpose: str) -> None:
    """Let TensorFlow give Keras 2, for what Keras 3 cannot do.

    Args:
        purpose: What it is needed for, as the end of "is needed to".

    Raises:
        MissingExtraError: If it is not installed.
    """
    try:
        has_keras3 = version("keras").startswith("3.")
    except PackageNotFoundError:
        has_keras3 = True
    if not has_keras3:
        return
    if find_spec("tf_keras") is None:
        raise MissingExtraError("tf_keras", "keras2", purpose)
    os.environ[KERAS2_SWITCH] = "1"
