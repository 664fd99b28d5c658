"""Turn one of MediaPipe's hand networks into a Keras model that can be trained.

The weights come out of the model files of MediaPipe's wheel (Apache-2.0), fetched once,
36 MB, or out of the file that --file names. The .keras file is a plain Keras model of
RGB in 0..255 with all outputs of the network: `keras.models.load_model` opens it
wherever handypose_tf.layers is imported. The .tflite of a landmark network is also a
model for `handypose predict` and `evaluate`.

Example:
  handypose import-mediapipe landmark_full --out hand.keras
  handypose import-mediapipe landmark_lite --out hand.keras --tflite hand.tflite
"""

from __future__ import annotations

import argparse

from handypose_tf.cli.console import quiet_native_log, say
from handypose_tf.cli.options import add_file, add_out
from handypose_tf.errors import OutputError
from handypose_tf.weights.mediapipe_files import FILES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `handypose import-mediapipe` takes."""
    parser.add_argument("network", choices=FILES, help="which network")
    add_out(parser, "MODEL.keras", "file to write")
    add_file(
        parser, "--tflite", "write it as float16 .tflite too, with the outputs' names"
    )
    add_file(
        parser, "--file", "MediaPipe's own .tflite, where the wheel cannot be fetched"
    )


def run(arguments: argparse.Namespace) -> int:
    """Import, save and say what was written."""
    for path, ending in ((arguments.out, ".keras"), (arguments.tflite, ".tflite")):
        if path is not None and path.suffix != ending:
            raise OutputError(f"{path}: must end with {ending}; give another name")
    from handypose_tf.export.mediapipe_files import export_mediapipe
    from handypose_tf.models import import_mediapipe, save_model

    with quiet_native_log():
        model = import_mediapipe(arguments.network, arguments.file)
        save_model(model, arguments.out)
        if arguments.tflite is not None:
            export_mediapipe(model, arguments.tflite)
    outputs = ", ".join(
        f"{name} {tuple(output.shape[1:])}" for name, output in model.output.items()
    )
    written = [str(path) for path in (arguments.out, arguments.tflite) if path]
    say(f"{', '.join(written)}: {model.count_params():,} parameters; gives {outputs}")
    return 0
