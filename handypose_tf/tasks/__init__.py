"""Tasks: what a network learns, from its data and its losses to its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handypose_tf.lazy import lazy_names

if TYPE_CHECKING:
    from handypose_tf.tasks.detector import DetectorTask as DetectorTask
    from handypose_tf.tasks.detector_config import DetectorConfig as DetectorConfig
    from handypose_tf.tasks.pose import PoseTask as PoseTask
    from handypose_tf.tasks.pose_config import PoseConfig as PoseConfig
    from handypose_tf.tasks.registry import open_task as open_task
    from handypose_tf.tasks.task import Task as Task

__all__, __getattr__, __dir__ = lazy_names(__name__)
