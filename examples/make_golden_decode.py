"""Write `golden_decode.json`, against which an app checks its own crop and decoding.

It holds a picture, the crop that the model is to see, and the answers of a `.tflite`
file, so that each step can be checked apart. No TensorFlow is needed.

  python examples/make_golden_decode.py handypose_lite0
  python examples/make_golden_decode.py mine_int8.tflite --out app/golden_decode.json
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

import handypose_tf
from handypose_tf.files import write_json
from handypose_tf.geometry import box_crop_matrix, transform_points, warp_image
from handypose_tf.images import read_image
from handypose_tf.inference import LiteRTModel
from handypose_tf.inference.model_files import find_model

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
    matrix = box_crop_matrix(box, size, scale=metadata.crop_scale)
    crop = warp_image(image, matrix, size)
    [output] = model.run(crop[None])
    pixels = output[:, :2].astype(np.float64) * size - 0.5
    keypoints = transform_points(pixels, np.linalg.inv(matrix))
    return {
        "model": {
            "file": model_path.name,
            "sha256": hashlib.sha256(model_path.read_bytes()).hexdigest(),
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
            "rgb_base64": base64.b64encode(crop.tobytes()).decode(),
        },
        "output": output.astype(float).round(6).tolist(),
        "keypoints": keypoints.astype(float).round(3).tolist(),
        "tolerances": TOLERANCES,
    }


def main() -> None:
    """Run the model and write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", help=".tflite file or the name of a shipped one")
    parser.add_argument("--out", type=Path, default=Path("golden_decode.json"))
    arguments = parser.parse_args()
    write_json(arguments.out, golden_decode(find_model(arguments.model)))
    print(f"wrote {arguments.out}")


if __name__ == "__main__":
    main()
