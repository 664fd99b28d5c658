"""A detector whose answers are known: hands are red dots with a green one beside them.

The first find sits on the red dot, is as large as the dot's area says, and points from
it to the green dot. The second is the same with half the score, the third sits on the
blue dot, the fourth scores nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dot_model import MODEL_SIZE, metadata

from handypose_tf.litert.metadata import write_metadata

MAX_HANDS = 4
#: Width and height of a box, in square roots of the red dot's area.
SIDES = (2.0, 3.0)


def write_dot_detector(path: Path, **changes: Any) -> Path:
    """Convert the detector to `path` with metadata."""
    import tensorflow as tf

    def find(image: Any) -> dict[str, Any]:
        weights = tf.nn.relu(3 * image - tf.reduce_sum(image, -1, keepdims=True)) / 510
        total = tf.reduce_sum(weights, (1, 2)) + 1e-6
        middle = (tf.range(MODEL_SIZE, dtype=tf.float32) + 0.5) / MODEL_SIZE
        x = tf.reduce_sum(weights * middle[None, None, :, None], (1, 2)) / total
        y = tf.reduce_sum(weights * middle[None, :, None, None], (1, 2)) / total
        peak = tf.minimum(tf.reduce_max(weights, (1, 2)), 1.0)
        side = tf.sqrt(total) / MODEL_SIZE
        rows = [
            _row(x[0, 0], y[0, 0], side[0, 0], (x[0, 1], y[0, 1]), 0.5 * peak[0, 0]),
            _row(x[0, 2], y[0, 2], side[0, 2], (x[0, 1], y[0, 1]), 0.75 * peak[0, 2]),
            _row(x[0, 0], y[0, 0], side[0, 0], (x[0, 1], y[0, 1]), peak[0, 0]),
            _row(x[0, 0], y[0, 0], side[0, 0], (x[0, 1], y[0, 1]), 0.0 * peak[0, 0]),
        ]
        return {"hands": tf.stack(rows)[None]}

    spec = tf.TensorSpec((1, MODEL_SIZE, MODEL_SIZE, 3), tf.float32, name="image")
    concrete = tf.function(find, input_signature=[spec]).get_concrete_function()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], tf.Module())
    path.write_bytes(converter.convert())
    facts = {
        "keypoint_names": (),
        "skeleton": (),
        "decode": {"method": "centers", "max_hands": MAX_HANDS, "min_score": 0.4},
    }
    write_metadata(path, metadata(**{**facts, **changes}))
    return path


def _row(x: Any, y: Any, side: Any, towards: Any, score: Any) -> Any:
    import tensorflow as tf

    along_x, along_y = towards[0] - x, towards[1] - y
    length = tf.sqrt(along_x**2 + along_y**2) + 1e-9
    width, height = (factor * side for factor in SIDES)
    facts = [x, y, width, height, along_x / length, along_y / length, score]
    return tf.stack(facts)
