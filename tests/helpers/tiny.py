"""A network that trains in seconds, and runs of it in processes of their own.

As a script: `python tiny.py CONFIG_AS_JSON OPTIONS_AS_JSON` trains and prints the
history as its last line. Options: `resume`, `kill` or `terminate` [epoch, step],
`devices`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

INSTALLED_KERAS = int(version("keras").partition(".")[0])

#: A lite preset with half as many layers, since each takes a run its time.
MODEL = {
    "preset": "handypose_lite0",
    "image_size": 64,
    "overrides": {
        "backbone": {"name": "tiny"},
        "waterfall": {"kind": "wasp_v2", "filters": 8, "rates": [1, 2]},
        "decoder": {"filters": 8, "reduction": 4, "separable": False},
    },
}


def settings(hands: str, out: Path, **changes: Any) -> dict[str, Any]:
    """Return a configuration: 24 hands, batches of 4, six steps an epoch."""
    source = [{"source": hands}]
    return {
        "out": str(out),
        "data": {"train": source, "validation": source, "num_threads": 2},
        "model": MODEL,
        "augmentation": {"rotation": 30, "noise": 0.5},
        "optimizer": {"kind": "adamw", "learning_rate": 0.003, "ema": 0.8},
        "schedule": {"kind": "cosine", "warmup_steps": 2},
        "epochs": 3,
        "batch_size": 4,
        "save_every": 4,
        **changes,
    }


def add_backbone() -> None:
    """Let `tiny` be the name of a backbone."""
    from handypose_tf.backbones import BACKBONES

    BACKBONES["tiny"] = (_tiny, 0)


def _tiny(inputs: Any, variant: int, output_stride: int) -> Any:
    from tensorflow import keras

    from handypose_tf.backbones import Taps

    levels, x = [], inputs
    for i, stride in enumerate((4, 2, 2, 2)):
        x = keras.layers.Conv2D(
            8, 5, stride, padding="same", use_bias=False, name=f"block{i}_conv"
        )(x)
        x = keras.layers.BatchNormalization(name=f"block{i}_norm")(x)
        x = keras.layers.ReLU(6.0, name=f"block{i}_relu")(x)
        levels.append(x)
    return Taps(*levels)


def start(config: dict[str, Any], keras: int = 3, **options: Any) -> subprocess.Popen:
    """Start a run in a process of its own."""
    environment = {
        **os.environ,
        "TF_USE_LEGACY_KERAS": str(int(keras == 2 and INSTALLED_KERAS >= 3)),
        "TF_CPP_MIN_LOG_LEVEL": "2",
        **options.pop("environment", {}),
    }
    return subprocess.Popen(
        [sys.executable, __file__, json.dumps(config), json.dumps(options)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(config: dict[str, Any], code: int = 0, **options: Any) -> Any:
    """Run to the end, check the exit code, and return what was printed last."""
    process = start(config, **options)
    output, errors = process.communicate(timeout=500)
    assert process.returncode == code, errors[-3000:]
    return json.loads(output.splitlines()[-1]) if code == 0 else errors


def main() -> None:
    config, options = (json.loads(word) for word in sys.argv[1:])
    import tensorflow as tf

    if options.get("devices"):
        tf.config.set_logical_device_configuration(
            tf.config.list_physical_devices("CPU")[0],
            [tf.config.LogicalDeviceConfiguration()] * options["devices"],
        )
    from tensorflow import keras

    from handypose_tf.training import build_config, train

    add_backbone()

    class Killer(keras.callbacks.Callback):
        def __init__(self) -> None:
            super().__init__()
            self.epoch = 0

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.epoch = epoch

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            if options.get("kill") == [self.epoch, batch]:
                os.kill(os.getpid(), signal.SIGKILL)
            if options.get("terminate") == [self.epoch, batch]:
                os.kill(os.getpid(), signal.SIGTERM)

    result = train(
        build_config(config),
        resume=options.get("resume", False),
        callbacks=[Killer()],
    )
    print(json.dumps({"history": result.history, "stopped": result.stopped_by}))


if __name__ == "__main__":
    main()
