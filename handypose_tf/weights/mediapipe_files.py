"""MediaPipe Hands' model files, out of its published wheel.

The package itself cannot share an environment with TensorFlow 2.21 (protobuf), and its
later versions carry no such models; the model files are plain `.tflite`.

References:
    Zhang et al., "MediaPipe Hands: On-device Real-time Hand Tracking", 2020. Model card
    "MediaPipe Hands (Lite/Full)", Apache-2.0.
"""

from __future__ import annotations

from pathlib import Path

from handypose_tf.checks import check_choice
from handypose_tf.files.wheel_files import WheelFiles

VERSION = "0.10.21"

#: Network -> its file in the wheel.
FILES = {
    "landmark_full": "hand_landmark_full.tflite",
    "landmark_lite": "hand_landmark_lite.tflite",
    "palm_full": "palm_detection_full.tflite",
    "palm_lite": "palm_detection_lite.tflite",
}

#: Side of their inputs, pixels.
LANDMARK_SIZE, PALM_SIZE = 224, 192

MEDIAPIPE_FILES = WheelFiles(
    requirement=f"mediapipe=={VERSION}",
    tags=(
        "--only-binary=:all:",
        *("--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"),
        *("--platform", "manylinux_2_28_x86_64"),
    ),
    sha256={
        "mediapipe/modules/palm_detection/palm_detection_full.tflite": (
            "1b14e9422c6ad006cde6581a46c8b90dd573c07ab7f3934b5589e7cea3f89a54"
        ),
        "mediapipe/modules/palm_detection/palm_detection_lite.tflite": (
            "e9a4aaddf90dda56a87235303cf00e4c2d3fb28725f68fd88772997dac905c18"
        ),
        "mediapipe/modules/hand_landmark/hand_landmark_full.tflite": (
            "11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3"
        ),
        "mediapipe/modules/hand_landmark/hand_landmark_lite.tflite": (
            "048edd3645c9bf7397d19a9f6e3a42957d6e414c9bea6598030a2e9b624156e6"
        ),
    },
)


def mediapipe_file(network: str) -> Path:
    """Return a network's file, fetched once into the cache.

    Raises:
        ValueError: If there is no such network.
        DataError: If the file is not there and cannot be fetched, or is another.
    """
    check_choice("network", network, FILES)
    return MEDIAPIPE_FILES.fetch() / FILES[network]
