"""From a configuration to the task that it describes."""

from __future__ import annotations

from handypose_tf.tasks.config import TaskConfig
from handypose_tf.tasks.detector_config import DetectorConfig
from handypose_tf.tasks.task import Task


def open_task(config: TaskConfig) -> Task:
    """Open the data of a `PoseConfig` or `DetectorConfig`.

    Raises:
        DataError: If data are missing, bad, or too few.
    """
    if isinstance(config, DetectorConfig):
        from handypose_tf.tasks.detector import DetectorTask

        return DetectorTask(config)
    from handypose_tf.tasks.pose import PoseTask
    from handypose_tf.tasks.pose_config import PoseConfig

    if not isinstance(config, PoseConfig):
        raise TypeError(f"`config` is of no known task. Received: {config!r}")
    return PoseTask(config)
