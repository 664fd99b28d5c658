"""Models as files for phones and small computers.

Nothing here imports TensorFlow before a conversion is asked for: files are counted and
checked with LiteRT alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handypose_tf.lazy import lazy_names

if TYPE_CHECKING:
    from handypose_tf.export.calibration_crops import Calibration as Calibration
    from handypose_tf.export.calibration_crops import (
        open_calibration as open_calibration,
    )
    from handypose_tf.export.export import ExportReport as ExportReport
    from handypose_tf.export.export import export_and_check as export_and_check
    from handypose_tf.export.export import open_checker as open_checker
    from handypose_tf.export.litert import export_litert as export_litert
    from handypose_tf.export.pose_check import Checker as Checker
    from handypose_tf.export.quantization import Quantization as Quantization
    from handypose_tf.export.task_bundle import TaskReport as TaskReport
    from handypose_tf.export.task_bundle import export_task as export_task
    from handypose_tf.litert.precision import PRECISIONS as PRECISIONS

__all__, __getattr__, __dir__ = lazy_names(__name__)
