"""Crops of a small picture, cut by `handypose_tf.geometry`: what `warp.ts` must give.

    python tests/unit/make_warp_golden.py > tests/unit/warp-golden.json
"""

import json

import numpy as np

from handypose_tf.geometry import box_crop_matrix, warp_image

WIDTH, HEIGHT, SIZE = 61, 47, 10
#: Box and crop scale: enlarged, at a slight angle to the grid, shrunk two, three and more
#: than four times, and lying mostly outside the picture.
CASES = (
    ((10, 10, 4, 3), 1.5),
    ((20.3, 11.7, 8, 10), 1.5),
    ((5.2, 3.9, 14, 16), 1.5),
    ((-0.5, -0.5, 33, 20), 1.0),
    ((-0.5, -0.5, 61, 47), 1.0),
    ((-15, 30, 30, 25), 1.5),
)


def picture() -> np.ndarray:
    """Return a picture that `warp.test.ts` makes by the same formula."""
    y, x, channel = np.mgrid[:HEIGHT, :WIDTH, :3]
    return ((3 * x * x + 7 * y + 50 * channel + 5 * (x * y % 31)) % 256).astype(np.uint8)


def crop(box: tuple[float, ...], scale: float) -> list[int]:
    """Return the crop's values, row by row."""
    matrix = box_crop_matrix(box, SIZE, scale=scale)
    return warp_image(picture(), matrix, SIZE).ravel().tolist()


if __name__ == "__main__":
    cases = [{"box": box, "scale": scale, "crop": crop(box, scale)} for box, scale in CASES]
    print(json.dumps({"width": WIDTH, "height": HEIGHT, "size": SIZE, "cases": cases}))
