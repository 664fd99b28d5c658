"""Which layers lose most in 8 bits, by TensorFlow's quantisation debugger."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass

from handypose_tf.export.calibration_crops import Calibration
from handypose_tf.export.graphs import body_flatbuffer, model_body
from handypose_tf.export.layer_names import layer_name
from handypose_tf.export.prepared_weights import prepare_weights
from handypose_tf.export.tensorflow_quantizer import run_debugger
from handypose_tf.litert.flatbuffer import tensor_names
from handypose_tf.models import HandyPose


@dataclass(frozen=True, order=True)
class LayerError:
    """What 8 bits cost one layer by itself, given exact inputs.

    Attributes:
        steps: Root mean square error, in steps of the layer's own quantised output.
        operation: Its kind, e.g. `"CONV_2D"`.
        name: Its name, for `keep_float`.
    """

    steps: float
    operation: str
    name: str


def layer_errors(
    model: HandyPose, calibration: Calibration, *, num_crops: int = 16
) -> list[LayerError]:
    """Run every layer of a model in 8 bits and in float.

    Args:
        model: The model.
        calibration: Crops to calibrate on.
        num_crops: The first of them are what is measured on.

    Returns:
        The layers, that of the greatest error first.

    Raises:
        ModelError: If the crops do not fit the model.
    """
    calibration.check(model.image_size)
    content = body_flatbuffer(model_body(model, model))
    content = prepare_weights(content, calibration.crops)
    table = io.StringIO()
    run_debugger(content, calibration, num_crops).layer_statistics_dump(table)
    rows = csv.DictReader(io.StringIO(table.getvalue()))
    names = tensor_names(content)
    return sorted((_error(row, names) for row in rows), reverse=True)


def _error(row: dict[str, str], names: dict[str, str]) -> LayerError:
    scale = float(row["scale"])
    steps = math.sqrt(float(row["mean_squared_error"])) / scale if scale else 0.0
    name = names.get(row["tensor_name"], row["tensor_name"])
    return LayerError(steps, row["op_name"], layer_name(name))
