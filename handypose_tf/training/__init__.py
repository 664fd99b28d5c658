"""Training: a validated configuration, and `train(config)` on top of `model.fit`.

Nothing here imports TensorFlow before a configuration is built, so that the command
line can choose the Keras generation first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handypose_tf.lazy import lazy_names

if TYPE_CHECKING:
    from handypose_tf.tasks.pose_data import open_pipelines as open_pipelines
    from handypose_tf.training.config import DetectorTrainConfig as DetectorTrainConfig
    from handypose_tf.training.config import TrainConfig as TrainConfig
    from handypose_tf.training.config_file import build_config as build_config
    from handypose_tf.training.config_file import load_config as load_config
    from handypose_tf.training.fine_tuning import fine_tune as fine_tune
    from handypose_tf.training.fine_tuning import fine_tune_config as fine_tune_config
    from handypose_tf.training.trainer import TrainingResult as TrainingResult
    from handypose_tf.training.trainer import train as train

__all__, __getattr__, __dir__ = lazy_names(__name__)
