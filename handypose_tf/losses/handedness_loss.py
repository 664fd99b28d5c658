"""The loss of a head that tells left hands from right ones."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from tensorflow import keras


def handedness_cross_entropy(is_left: Any, logit: Any) -> Any:
    """Return the binary cross-entropy, 0 where the side is not known.

    Args:
        is_left: `(batch,)`: 1 left, 0 right, negative unknown.
        logit: `(batch,)` float32, positive for a left hand.

    Returns:
        `(batch,)` float32.
    """
    truth = tf.cast(is_left, tf.float32)
    loss = tf.nn.sigmoid_cross_entropy_with_logits(tf.maximum(truth, 0.0), logit)
    return loss * tf.cast(truth >= 0, tf.float32)


@keras.utils.register_keras_serializable("handypose_tf")
class HandednessLoss(keras.losses.Loss):
    """Binary cross-entropy over the hands whose side is known.

    The mean is over all hands, so that one weighs the same whatever its batch is. Takes
    `name` and `reduction` of `keras.losses.Loss`.

    Call arguments:
        y_true: `(batch, 1)`: 1 left, 0 right, negative unknown.
        y_pred: `(batch, 1, 1, 1)` float32, the logit of a left hand.
    """

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each example, `(batch,)` float32."""
        logit = tf.reshape(tf.cast(y_pred, tf.float32), (-1,))
        return handedness_cross_entropy(tf.reshape(y_true, (-1,)), logit)
