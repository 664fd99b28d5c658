"""Hand keypoints on a small computer: LiteRT, numpy and OpenCV, without TensorFlow.

Copy this file and a `.tflite` of this library; nothing else of it is needed.

  python -m pip install ai-edge-litert numpy opencv-python-headless
  python raspberry_pi.py handypose_lite0_224_int8.tflite photo.jpg
  python raspberry_pi.py handypose_lite0_224_int8.tflite --camera 0

Prints one line of JSON a photo or frame. A photo is searched for one hand unless
`--box` says where it is; in a film the hand is looked for where it was last.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import zipfile
from collections.abc import Iterator

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter

#: A keypoint with this score counts as found; so many found make a hand.
FOUND_SCORE, FEWEST_FOUND = 0.2, 6


class HandModel:
    """A `.tflite` file and the crop that it wants to see."""

    def __init__(self, path: str, num_threads: int) -> None:
        with zipfile.ZipFile(path) as archive:  # a zip is appended to the model
            metadata = json.loads(archive.read("metadata.json"))
        self.size = metadata["image_size"][0]
        self.crop_scale = metadata["crop"]["scale"]
        interpreter = Interpreter(path, num_threads=num_threads)
        interpreter.allocate_tensors()
        self._run = interpreter.get_signature_runner()
        self._input = self._run.get_input_details()["image"]

    def find(self, image: np.ndarray, box: np.ndarray) -> np.ndarray:
        """Return `(num_keypoints, 3)`: x and y in pixels of the picture, and a score.

        Args:
            image: `(height, width, 3)` uint8 RGB.
            box: Tight box x, y, width, height of the hand in pixels.
        """
        matrix = crop_matrix(box, self.crop_scale, self.size)
        values = self._typed(crop(image, matrix, self.size))
        keypoints = self._run(image=values[None])["keypoints"][0]
        pixels = keypoints[:, :2] * self.size - 0.5
        keypoints[:, :2] = (pixels - matrix[:2, 2]) / matrix[0, 0]
        return keypoints

    def _typed(self, picture: np.ndarray) -> np.ndarray:
        """Return 0..255 in the type that the model was exported with."""
        dtype = self._input["dtype"]
        if dtype == np.float32:
            return picture.astype(np.float32)
        scale, zero_point = self._input["quantization"]
        limits = np.iinfo(dtype)
        steps = np.rint(picture / np.float32(scale)) + zero_point
        return np.clip(steps, limits.min, limits.max).astype(dtype)


def crop_matrix(box: np.ndarray, scale: float, size: int) -> np.ndarray:
    """Return the 3x3 matrix from the picture's pixels to those of a square crop.

    The centre of the first pixel is (0, 0) in both.
    """
    x, y, width, height = box
    zoom = size / (scale * max(width, height))
    middle = (size - 1) / 2
    return np.array(
        [
            [zoom, 0, middle - zoom * (x + width / 2)],
            [0, zoom, middle - zoom * (y + height / 2)],
            [0, 0, 1],
        ]
    )


def crop(image: np.ndarray, matrix: np.ndarray, size: int) -> np.ndarray:
    """Cut a crop out; what is outside the picture is 0."""
    shrink = int(1 / matrix[0, 0])
    if shrink >= 2:  # bilinear sampling alone would skip pixels
        height, width = image.shape[:2]
        down, right = -height % shrink, -width % shrink
        image = cv2.copyMakeBorder(image, 0, down, 0, right, cv2.BORDER_CONSTANT)
        small = (image.shape[1] // shrink, image.shape[0] // shrink)
        image = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
        first = (shrink - 1) / 2
        matrix = matrix @ [[shrink, 0, first], [0, shrink, first], [0, 0, 1]]
    return cv2.warpAffine(image, matrix[:2], (size, size), flags=cv2.INTER_LINEAR)


def find_box(keypoints: np.ndarray) -> np.ndarray | None:
    """Return the tight box of the keypoints that were found; `None` if too few."""
    found = keypoints[keypoints[:, 2] >= FOUND_SCORE, :2]
    if len(found) < FEWEST_FOUND:
        return None
    low, high = found.min(axis=0), found.max(axis=0)
    return np.concatenate([low, np.maximum(high - low, 1)])


def search(model: HandModel, image: np.ndarray) -> np.ndarray:
    """Look at the whole picture, then again around what was found."""
    height, width = image.shape[:2]
    side = max(height, width) / model.crop_scale
    middle = np.array([width - 1, height - 1]) / 2
    first = model.find(image, np.array([*(middle - side / 2), side, side]))
    box = find_box(first)
    return first if box is None else model.find(image, box)


def frames(source: str) -> Iterator[np.ndarray]:
    """Give a camera's (by number) or film's (by path) frames as RGB."""
    camera = cv2.VideoCapture(int(source) if source.isdecimal() else source)
    if not camera.isOpened():
        sys.exit(f"{source}: cannot open this camera or film")
    while True:
        is_there, frame = camera.read()
        if not is_there:
            return
        yield cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)


def say(keypoints: np.ndarray, seconds: float) -> None:
    """Print a hand as one line of JSON; `null` where there is none."""
    hand = None if find_box(keypoints) is None else keypoints.round(3).tolist()
    print(json.dumps({"ms": round(1e3 * seconds, 2), "keypoints": hand}), flush=True)


def main() -> None:
    """Find the hand in a photo, or in every frame."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", help=".tflite file")
    parser.add_argument("photo", nargs="?", help="picture to search")
    parser.add_argument(
        "--camera", metavar="N", help="camera's number or a film's path"
    )
    parser.add_argument("--box", metavar="X,Y,W,H", help="the hand's tight box, pixels")
    parser.add_argument("--threads", type=int, default=4)
    arguments = parser.parse_args()
    if (arguments.photo is None) == (arguments.camera is None):
        parser.error("give a photo or --camera")
    model = HandModel(arguments.model, arguments.threads)
    if arguments.photo:
        picture = cv2.imread(arguments.photo)
        if picture is None:
            sys.exit(f"{arguments.photo}: cannot read this picture")
        images = iter([cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)])
    else:
        images = frames(arguments.camera)
    box = np.array(arguments.box.split(","), float) if arguments.box else None
    for image in images:
        start = time.perf_counter()
        keypoints = search(model, image) if box is None else model.find(image, box)
        box = find_box(keypoints)
        say(keypoints, time.perf_counter() - start)


if __name__ == "__main__":
    main()
