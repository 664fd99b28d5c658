"""A `.task` bundle: a model of ours in apps that have MediaPipe's HandLandmarker.

A bundle is a zip of stored files: a network that finds palms and one that finds the
landmarks of a hand. `HandLandmarker` (Android, iOS, web, Python, C++) brings what is
around them: the turned crop, tracking, smoothing, drawing.

References:
    Zhang et al., "MediaPipe Hands: On-device Real-time Hand Tracking", 2020.
"""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from handypose_tf.checks import check_suffix
from handypose_tf.errors import ModelError
from handypose_tf.export.quantization import Quantization
from handypose_tf.export.task_check import TaskCheck, check_palm_detector, run_landmarks
from handypose_tf.export.task_network import OUTPUTS, task_network
from handypose_tf.files import check_writable, write_bytes, write_checksum
from handypose_tf.hand import KEYPOINT_NAMES
from handypose_tf.litert.task_metadata import add_task_metadata, describes_input
from handypose_tf.models import HandyPose
from handypose_tf.weights.mediapipe_files import (
    FILES,
    MEDIAPIPE_FILES,
    mediapipe_file,
)

#: Names of the two networks inside a bundle.
DETECTOR, LANDMARKS = "hand_detector.tflite", "hand_landmarks_detector.tflite"

#: MediaPipe's own palm detectors.
PALM_DETECTORS = ("palm_full", "palm_lite")

_PLAIN = Quantization()
_APACHE = Path(__file__).resolve().parents[1] / "assets" / "apache_2.0.txt"

#: The earliest that a zip knows: the same content gives the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class TaskReport:
    """A bundle that was written, and what running its landmark network has shown.

    Attributes:
        path: The file.
        precision: Of the landmark network's body.
        detector: Name of the palm detector.
        sizes: Bytes of each file inside.
        check: How far its landmarks lie from the model's.
        has_side: Whether the model tells left hands from right ones.
        num_bytes: Of the whole file.
        sha256: Of the whole file.
    """

    path: Path
    precision: str
    detector: str
    sizes: Mapping[str, int]
    check: TaskCheck
    has_side: bool
    num_bytes: int
    sha256: str

    def rows(self) -> Iterator[tuple[str, str]]:
        """Give names and values of a small table."""
        yield "precision", self.precision
        yield "palm detector", self.detector
        for name in (DETECTOR, LANDMARKS):
            yield name, f"{self.sizes[name] / 1e6:.2f} MB"
        yield "size", f"{self.num_bytes / 1e6:.2f} MB"
        yield from self.check.rows()
        if not self.has_side:
            yield "left or right", "0.5: the network does not tell"
        yield "SHA-256", self.sha256


def export_task(
    model: HandyPose,
    path: str | os.PathLike[str],
    precision: str = "float16",
    *,
    detector: str | os.PathLike[str] = "palm_full",
    quantization: Quantization = _PLAIN,
) -> TaskReport:
    """Write a model as a `.task` bundle for MediaPipe's HandLandmarker.

    Its crop of a hand is taken as it is: measured, it is 1.49 times the tight box of a
    hand that is followed (90 % of 5,900 hands between 1.40 and 2.00) and 1.42 times
    that of one just found, where this library's own is 1.5.

    Args:
        model: A model of the hand's 21 keypoints with heads for presence and side.
        path: The file, which must end with `.task`; its SHA-256 is written beside it.
        precision: Of the landmark network's body, one of `PRECISIONS`; the same ends.
        detector: `"palm_full"` or `"palm_lite"`, MediaPipe's own, fetched once; or a
            `.tflite` file with the same inputs and outputs.
        quantization: Calibration crops, the quantiser, layers that stay float.

    Raises:
        ValueError: If an argument is of another kind.
        ModelError: If the model or the detector is no such network.
        DataError: If MediaPipe's file cannot be fetched.
        OutputError: If the file cannot be written; nothing is left behind.
    """
    quantization.check(precision)
    check_suffix(path, ".task")
    check_task_model(model)
    check_writable(path)
    palms = palm_detector(detector)
    landmarks = add_task_metadata(
        task_network(model, precision, quantization),
        name=f"{model.description.preset}, {precision}",
        description="21 landmarks of a hand, by handypose-tf",
        licence=model.description.licence,
        outputs=OUTPUTS,
    )
    check = run_landmarks(model, landmarks)
    files = {DETECTOR: palms, LANDMARKS: landmarks}
    files["LICENCES.txt"] = _licences(model, os.fspath(detector), files).encode()
    content = zip_stored(files)
    write_bytes(path, content)
    return TaskReport(
        path=Path(path),
        precision=precision,
        detector=os.fspath(detector),
        sizes={name: len(each) for name, each in files.items()},
        check=check,
        has_side=model.has_handedness,
        num_bytes=len(content),
        sha256=write_checksum(path),
    )


def check_task_model(model: HandyPose) -> None:
    """Refuse a model that cannot stand in for MediaPipe's.

    Raises:
        ModelError: If it is one of other keypoints, of no square input, or without a
            head.
    """
    names = model.description.keypoint_names
    if names != tuple(KEYPOINT_NAMES):
        raise ModelError(
            f"{model.name} finds {len(names)} points, {names[0]} to {names[-1]}; "
            f"MediaPipe's HandLandmarker is built for the hand's {len(KEYPOINT_NAMES)}"
        )
    height, width = model.image_size
    if height != width or height is None:
        raise ModelError(
            f"{model.name}: its input is {height} x {width}; MediaPipe's crops are "
            "square, build it with a square size"
        )
    if not model.has_presence:
        raise ModelError(
            f"{model.name} has no head for presence, which MediaPipe's HandLandmarker "
            "asks for; train one with presence: true"
        )


def zip_stored(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of files as they are, the same bytes for the same files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, content)
    return target.getvalue()


def palm_detector(detector: str | os.PathLike[str]) -> bytes:
    """Return the palm detector of a bundle; see `export_task`.

    MediaPipe's lite one lacks the description of its input that HandLandmarker asks
    for; where it is missing, it is added: RGB in 0..1.
    """
    name = os.fspath(detector)
    if name in PALM_DETECTORS:
        path = mediapipe_file(name)
    else:
        path = Path(name)
        if not path.is_file():
            known = ", ".join(PALM_DETECTORS)
            raise ModelError(f"{name}: no such palm detector; give {known} or a file")
        check_palm_detector(path)
    content = path.read_bytes()
    if describes_input(content):
        return content
    return add_task_metadata(
        content,
        name=path.stem,
        description="Palm detector",
        licence="Apache-2.0" if name in PALM_DETECTORS else "",
        outputs=("boxes", "scores"),
    )


def _licences(model: HandyPose, detector: str, files: Mapping[str, bytes]) -> str:
    digests = {name: hashlib.sha256(each).hexdigest() for name, each in files.items()}
    palms = f"{Path(detector).name}, added by whoever made this bundle"
    if detector in PALM_DETECTORS:
        palms = (
            f"{FILES[detector]} of {MEDIAPIPE_FILES.requirement}; where\n"
            "it did not describe its input, handypose-tf has added that.\n"
            "Copyright The MediaPipe Authors. Licence: Apache-2.0, below"
        )
    facts = model.description
    return (
        f"{DETECTOR}\n{palms}.\nSHA-256 {digests[DETECTOR]}\n\n"
        f"{LANDMARKS}\n{facts.preset}, made with handypose-tf.\n"
        f"Licence of the weights: {facts.licence}\n"
        f"Training data: {facts.training_data}\n"
        f"SHA-256 {digests[LANDMARKS]}\n\n{_APACHE.read_text('utf-8')}"
    )
