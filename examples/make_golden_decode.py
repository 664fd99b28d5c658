"""Write `golden_decode.json`, against which an app checks its own crop and decoding.

It holds a picture, the crop that the model is to see, and the answers of a `.tflite`
file, so that each step can be checked apart. No TensorFlow is needed. Beside each
shipped file lies its own; without a model, all of those are written anew.

  python examples/make_golden_decode.py mine_int8.tflite --out app/golden_decode.json
  python examples/make_golden_decode.py
"""

from __future__ import annotations

import argparse
import base64
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np

import handypose_tf
from handypose_tf.files import file_sha256, write_json
from handypose_tf.geometry import box_region, transform_points, warp_image
from handypose_tf.images import Image, read_image
from handypose_tf.inference import LiteRTModel
from handypose_tf.litert.metadata import read_metadata
from handypose_tf.litert.shipped import bundled_models, find_model

#: The project's own rendered hand.
ASSETS = Path(handypose_tf.__file__).parent / "assets"

#: What may differ: kernels round, and phones scale pictures each in their own way.
TOLERANCES = {
    "matrix": 1e-3,
    "crop_mean_levels": 4,
    "cpu_px": 0.5,
    "gpu_float16_px": 2,
}


def golden_decode(model_path: Path) -> dict[str, Any]:
    """Return what the file holds.

    Args:
        model_path: A `.tflite` file of this library.
    """
    jpeg = (ASSETS / "demo_hand.jpg").read_bytes()
    box = json.loads((ASSETS / "demo_hand.json").read_text("utf-8"))["box"]
    image = read_image(ASSETS / "demo_hand.jpg")
    model = LiteRTModel(model_path, num_threads=1)
    metadata = model.metadata
    size = metadata.image_size[0]
    matrix = box_region(box, scale=metadata.crop_scale).matrix(size)
    crop = warp_image(image, matrix, size)
    [output] = model.run(crop[None]).keypoints
    pixels = output[:, :2].astype(np.float64) * size - 0.5
    keypoints = transform_points(pixels, np.linalg.inv(matrix))
    return {
        "model": {
            "file": model_path.name,
            "sha256": file_sha256(model_path),
            "size": size,
            "crop_scale": metadata.crop_scale,
            "keypoint_names": list(metadata.keypoint_names),
        },
        "picture": {
            "jpeg_base64": base64.b64encode(jpeg).decode(),
            "height": image.shape[0],
            "width": image.shape[1],
            "box": box,
        },
        "crop": {
            "matrix": matrix.tolist(),
            "png_base64": base64.b64encode(_png(crop)).decode(),
        },
        "output": output.astype(float).round(6).tolist(),
        "keypoints": keypoints.astype(float).round(3).tolist(),
        "tolerances": TOLERANCES,
    }


def shipped_files() -> list[Path]:
    """Return the `.tflite` files that ship and find keypoints."""
    files = [path for path in bundled_models() if path.suffix == ".tflite"]
    return [path for path in files if read_metadata(path).kind == "pose"]


def golden_path(model_path: Path) -> Path:
    """Return the place of a shipped file's `golden_decode.json`, beside it."""
    return model_path.with_suffix(".golden_decode.json")


def _png(image: Image) -> bytes:
    """Encode a picture without loss."""
    best = [cv2.IMWRITE_PNG_COMPRESSION, 9]
    done, content = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), best)
    assert done
    return content.tobytes()


def main() -> None:
    """Run the models and write the files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "model", nargs="?", help=".tflite file or the name of a shipped one"
    )
    parser.add_argument("--out", type=Path, default=Path("golden_decode.json"))
    arguments = parser.parse_args()
    if arguments.model:
        places = {arguments.out: find_model(arguments.model)}
    else:
        places = {golden_path(path): path for path in shipped_files()}
    for place, model in places.items():
        write_json(place, golden_decode(model))
        print(f"wrote {place}")


if __name__ == "__main__":
    main()
