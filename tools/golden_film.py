"""Write the golden film, by which a port of the contract checks itself.

`examples/golden_film.json` holds how to draw a short film of two hands (the project's
own rendered hand, cut out), and what Python finds in each frame. It is to be written
anew when the default model, the detector or the tracker changes; a test tells.

  python tools/golden_film.py
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from handypose_tf.files import file_sha256
from handypose_tf.geometry import FloatArray, HandRegion, crop_matrix, warp_image
from handypose_tf.images import Image, read_image
from handypose_tf.inference import DetectedHand, HandDetector, HandPose, HandTracker
from handypose_tf.inference.estimator import DEFAULT_MODEL, HandPoseEstimator
from handypose_tf.litert.metadata import read_metadata
from handypose_tf.litert.shipped import bundled_models

TARGET = Path(__file__).resolve().parents[1] / "examples" / "golden_film.json"
FORMAT = "handypose-golden-film/1"

WIDTH, HEIGHT, FPS = 320, 240, 30

#: Row y of the empty film has the grey level `TOP + y // ROWS`.
TOP, ROWS = 96, 4

#: Skin is redder than blue by this much in the demo's picture, its background is not.
_SKIN = 21.0

#: Middle of the demo's hand, pixels, and the side of the square around it.
_MIDDLE, _SIDE = (320.0, 250.0), 470

#: Size and turn of each cut-out.
SPRITES = {"upright": (128, 0.0), "rolled": (128, 24.0), "small": (104, -15.0)}

#: What a port may differ by: its kernels round otherwise, and each frame's crop follows
#: from the points of the one before. LiteRT's plain kernels in place of XNNPACK's move
#: the points of most frames by less than .2 px, some of the first frames' by 2.
TOLERANCES = {"keypoints_px": 1.0, "share": 0.98, "farthest_px": 3.0, "score": 0.02}


def sprites() -> dict[str, Image]:
    """Return the cut-outs, `(side, side, 4)` RGBA; alpha is 0 or 255."""
    with resources.as_file(resources.files("handypose_tf") / "assets") as assets:
        image = read_image(assets / "demo_hand.jpg")
    values = image.astype(np.float32)
    redder = cv2.GaussianBlur(values[..., 0] - values[..., 2], (0, 0), 1)
    alpha = np.where(redder > _SKIN, 255, 0).astype(np.uint8)
    cut = {}
    for name, (size, degrees) in SPRITES.items():
        matrix = crop_matrix(_MIDDLE, _SIDE, size, degrees=degrees)
        hand = warp_image(image, matrix, size)
        shape = warp_image(alpha[..., None], matrix, size)
        seen = np.where(shape >= 128, 255, 0).astype(np.uint8)
        cut[name] = np.concatenate([hand * (seen > 0), seen], axis=2)
    return cut


def script() -> list[list[dict[str, Any]]]:
    """Return what each frame shows, back to front; `x`, `y` is a cut-out's corner.

    A right hand and a left one pass each other; the right one is gone for a quarter of
    a second and comes back; the left one for .8 s; then both stand closer.
    """
    frames: list[list[dict[str, Any]]] = []
    for i in range(75):
        right = {
            "sprite": "upright",
            "x": 10 + 3 * min(i, 50),
            "y": 8,
            "flipped": False,
        }
        left = {
            "sprite": "rolled",
            "x": 190 - 3 * min(i, 50),
            "y": 104,
            "flipped": True,
        }
        if i >= 50:
            right = {**right, "sprite": "small", "x": right["x"] + 20, "y": i - 30}
        shown = [left] if not 40 <= i < 64 else []
        if not 20 <= i < 27:
            shown.append(right)
        frames.append(shown)
    return frames


def draw(cut: dict[str, Image], shown: Sequence[dict[str, Any]]) -> Image:
    """Draw a frame, `(HEIGHT, WIDTH, 3)` uint8 RGB; cut-outs may reach beyond it."""
    levels = TOP + np.arange(HEIGHT, dtype=np.uint8) // ROWS
    frame = np.tile(levels[:, None, None], (1, WIDTH, 3))
    for thing in shown:
        sprite = cut[thing["sprite"]]
        sprite = sprite[:, ::-1] if thing["flipped"] else sprite
        x, y = thing["x"], thing["y"]
        left, top = max(x, 0), max(y, 0)
        part = frame[top : y + len(sprite), left : x + len(sprite)]
        seen = sprite[top - y :, left - x :][: part.shape[0], : part.shape[1]]
        np.copyto(part, seen[..., :3], where=seen[..., 3:] > 0)
    return frame


class _Notes:
    """What was looked at and found in one frame."""

    def __init__(self) -> None:
        self.regions: list[HandRegion] = []
        self.found: list[DetectedHand] | None = None


class _Estimator(HandPoseEstimator):
    """Notes where followed hands are looked for, and what the detector finds."""

    def __init__(self, model: Path) -> None:
        self.notes = _Notes()
        self._own = HandDetector(num_threads=1)
        super().__init__(model, 1, detector=self)

    def detect(self, image: Image) -> list[DetectedHand]:
        """Find hands of a whole frame."""
        self.notes.found = self._own.detect(image)
        return self.notes.found

    def predict_regions(
        self, image: Image, regions: Sequence[HandRegion]
    ) -> list[HandPose]:
        """Find one hand a region."""
        self.notes.regions = list(regions)
        return super().predict_regions(image, regions)


def pose_model() -> Path:
    """Return the default model in float16: in floats all runtimes agree best."""
    models = [path for path in bundled_models() if path.suffix == ".tflite"]
    for path in models:
        metadata = read_metadata(path)
        if (metadata.preset, metadata.precision) == (DEFAULT_MODEL, "float16"):
            return path
    raise SystemExit(f"{DEFAULT_MODEL}: no float16 file ships")


def follow(model: Path) -> Iterator[dict[str, Any]]:
    """Give what is found in each frame."""
    cut = sprites()
    estimator = _Estimator(model)
    tracker = HandTracker(estimator)
    for index, things in enumerate(script()):
        notes = estimator.notes = _Notes()
        smoothed = tracker.update(draw(cut, things), index / FPS)
        pairs = zip(tracker._tracks, smoothed, strict=True)
        found = notes.found
        yield {
            "regions": [_region(region) for region in notes.regions],
            "found": None if found is None else [_found(hand) for hand in found],
            "hands": [_hand(track.pose, hand) for track, hand in pairs],
        }


def golden_film() -> dict[str, Any]:
    """Return what the file holds."""
    model, detector = pose_model(), HandDetector().path
    pngs = {
        name: cv2.imencode(".png", sprite[..., [2, 1, 0, 3]])[1].tobytes()
        for name, sprite in sprites().items()
    }
    return {
        "format": FORMAT,
        "models": {
            kind: {"file": path.name, "sha256": file_sha256(path)}
            for kind, path in (("pose", model), ("detector", detector))
        },
        "tolerances": TOLERANCES,
        "width": WIDTH,
        "height": HEIGHT,
        "frames_a_second": FPS,
        "background": {"top": TOP, "rows": ROWS},
        "sprites": {n: base64.b64encode(png).decode() for n, png in pngs.items()},
        "frames": [
            {"shown": shown, **facts}
            for shown, facts in zip(script(), follow(model), strict=True)
        ],
    }


def _region(region: HandRegion) -> dict[str, float]:
    x, y = np.asarray(region.center, float).round(3).tolist()
    return {
        "x": x,
        "y": y,
        "side": round(float(region.side), 3),
        "degrees": round(float(region.degrees), 3),
    }


def _found(hand: DetectedHand) -> dict[str, Any]:
    return {
        "box": _rounded(hand.box, 2),
        "degrees": round(hand.degrees, 2),
        "score": round(hand.score, 4),
    }


def _hand(raw: HandPose, smoothed: HandPose) -> dict[str, Any]:
    left = smoothed.left_score
    return {
        "id": smoothed.id,
        "score": round(raw.score, 4),
        "left_score": None if left is None else round(left, 4),
        "raw": _rounded(raw.keypoints, 2),
        "smoothed": _rounded(smoothed.keypoints, 2),
    }


def _rounded(values: FloatArray, decimals: int) -> Any:
    return np.asarray(values, np.float64).round(decimals).tolist()


def text(golden: dict[str, Any]) -> str:
    """Return the file's text: a line for each frame."""
    head = {name: value for name, value in golden.items() if name != "frames"}
    frames = ",\n".join(json.dumps(frame) for frame in golden["frames"])
    return f'{json.dumps(head, indent=1)[:-2]},\n "frames": [\n{frames}\n ]\n}}\n'


if __name__ == "__main__":
    TARGET.write_text(text(golden_film()), "utf-8")
