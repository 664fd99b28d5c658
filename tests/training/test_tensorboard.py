"""Event files for TensorBoard, where it is installed."""

from __future__ import annotations

import importlib.util

import pytest
import tiny

from handypose_tf.errors import MissingExtraError
from handypose_tf.training import build_config, train


def test_scalars_and_pictures_are_written(hands, tmp_path):
    tiny.add_backbone()
    config = build_config(tiny.settings(hands, tmp_path, tensorboard=True, epochs=1))
    if importlib.util.find_spec("tensorboard") is None:
        with pytest.raises(MissingExtraError, match=r"handypose-tf\[tensorboard\]"):
            train(config)
        return
    train(config)
    (events,) = (tmp_path / "tensorboard").iterdir()
    content = events.read_bytes()
    for tag in (b"val_pck", b"learning_rate", b"predictions", b"PNG"):
        assert tag in content
