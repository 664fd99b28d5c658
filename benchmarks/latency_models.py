"""The files that `latency.py` measures, built once: weights do not matter for time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from handypose_tf.cli.main import main
from handypose_tf.errors import ModelError
from handypose_tf.files import write_bytes

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples"))

from drawn_hands import write_coco

#: Hands that int8 models are calibrated on; drawn ones do where only time counts.
_NUM_HANDS = 32

#: Pictures of the naive conversion, which takes long.
_NUM_NAIVE = 4


class ModelFolder:
    """A folder of model files that are made when first asked for.

    Args:
        folder: Where they are kept from one run to the next.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keras(self, preset: str, size: int) -> Path:
        """Return an untrained preset's `.keras` file."""
        return self._made(
            f"{preset}_{size}.keras", lambda path: _save(preset, size, path)
        )

    def exported(self, preset: str, size: int, precision: str) -> Path:
        """Return an untrained preset as `handypose export` writes it."""
        source = self.keras(preset, size)
        words = ["export", str(source), "--precision", precision]
        if precision == "int8":
            words += ["--calibration", f"coco:{self._hands()}"]
        return self._made(
            f"{preset}_{size}_{precision}.tflite",
            lambda path: _run([*words, "--out", str(path)]),
        )

    def naive(self, preset: str, size: int) -> Path:
        """Return int8 by the converter's defaults: free batch, no decoding."""
        return self._made(
            f"{preset}_{size}_int8_naive.tflite",
            lambda path: _convert_naively(self.keras(preset, size), path),
        )

    def _hands(self) -> Path:
        path = self.folder / "drawn" / "annotations.json"
        return path if path.is_file() else write_coco(path.parent, _NUM_HANDS)

    def _made(self, name: str, make: Callable[[Path], object]) -> Path:
        path = self.folder / name
        if not path.is_file():
            print(f"making {path}", flush=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            make(path)
        return path


def _run(words: list[str]) -> None:
    if main(words):
        raise ModelError(f"`handypose {' '.join(words)}` failed; see above")


def _save(preset: str, size: int, path: Path) -> None:
    from handypose_tf.models import handypose, save_model

    save_model(handypose(preset, image_size=size), path)


def _convert_naively(source: Path, path: Path) -> None:
    """Call the converter as its guide says for full-integer quantisation."""
    import tensorflow as tf

    from handypose_tf.models import load_model

    model = load_model(source)
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]

    def pictures() -> Iterator[list[np.ndarray]]:
        rng = np.random.default_rng(0)
        for _ in range(_NUM_NAIVE):
            noise = rng.uniform(0, 255, (1, *model.image_size, 3))
            yield [noise.astype(np.float32)]

    converter.representative_dataset = pictures
    write_bytes(path, converter.convert())
