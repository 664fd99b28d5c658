"""Crops of a small picture, cut by `handypose_tf.geometry`: what `warp.ts` must give.

Run as `python tests/unit/make_warp_golden.py > tests/unit/warp-golden.json`.
"""

import json

import numpy as np

from handypose_tf.geometry import crop_matrix, warp_image

WIDTH, HEIGHT, SIZE = 61, 47, 10
#: Middle, side and turn: enlarged, shrunk two to six times, mostly outside the picture.
CASES = (
    ((12.0, 11.5), 6.0, 0.0),
    ((24.3, 16.7), 15.0, 30.0),
    ((12.2, 11.9), 24.0, 0.0),
    ((16.0, 9.5), 33.0, -75.0),
    ((30.0, 23.0), 61.0, 0.0),
    ((30.2, 20.1), 45.0, 160.0),
    ((0.0, 42.5), 45.0, 12.0),
)


def picture() -> np.ndarray:
    """Return a picture that `warp.test.ts` makes by the same formula."""
    y, x, channel = np.mgrid[:HEIGHT, :WIDTH, :3]
    values = 3 * x * x + 7 * y + 50 * channel + 5 * (x * y % 31)
    return (values % 256).astype(np.uint8)


def crop(center: tuple[float, float], side: float, degrees: float) -> list[int]:
    """Return the crop's values, row by row."""
    matrix = crop_matrix(center, side, SIZE, degrees=degrees)
    return warp_image(picture(), matrix, SIZE).ravel().tolist()


def case(center: tuple[float, float], side: float, degrees: float) -> dict[str, object]:
    """Return a region, named as in `geometry.ts`, and its crop."""
    region = {"x": center[0], "y": center[1], "side": side, "degrees": degrees}
    return {"region": region, "crop": crop(center, side, degrees)}


if __name__ == "__main__":
    cases = [case(*values) for values in CASES]
    golden = {"width": WIDTH, "height": HEIGHT, "size": SIZE, "cases": cases}
    print(json.dumps(golden))
