"""Figures that can be compared: protocols, intervals, tables, plots, worst cases."""

from handypose_tf.evaluation.bootstrap import Estimate
from handypose_tf.evaluation.coco_results import read_coco_results, write_coco_results
from handypose_tf.evaluation.evaluate import (
    compare,
    evaluate,
    select_hands,
    summarize,
)
from handypose_tf.evaluation.plots import save_plot
from handypose_tf.evaluation.predict_hands import (
    Predictions,
    predict_hands,
)
from handypose_tf.evaluation.protocols import (
    PROTOCOLS,
    CropRule,
    Protocol,
    get_protocol,
)
from handypose_tf.evaluation.result import Evaluation
from handypose_tf.evaluation.tables import joint_table, score_table
from handypose_tf.evaluation.worst_cases import worst_sheet

__all__ = [
    "PROTOCOLS",
    "CropRule",
    "Estimate",
    "Evaluation",
    "Predictions",
    "Protocol",
    "compare",
    "evaluate",
    "get_protocol",
    "joint_table",
    "predict_hands",
    "read_coco_results",
    "save_plot",
    "score_table",
    "select_hands",
    "summarize",
    "worst_sheet",
    "write_coco_results",
]
