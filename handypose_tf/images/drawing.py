"""Hands, heatmaps and contact sheets drawn on RGB pictures with OpenCV.

Every function takes `uint8` RGB pictures `(height, width, 3)` and returns a new one.
"""

from __future__ import annotations

import colorsys
from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from handypose_tf.geometry import (
    FloatArray,
    HandRegion,
    tight_box,
    transform_points,
    warp_image,
)
from handypose_tf.hand import BONES, FINGER_KEYPOINTS, NUM_KEYPOINTS
from handypose_tf.images import Image, check_image

Color = tuple[int, int, int]
Mask = NDArray[np.bool_]

#: Joints and bones whose score is lower are drawn faint.
FAINT_SCORE = 0.3

#: Opacity of what is drawn faint.
FAINT_OPACITY = 0.4

#: Light enough to stand out from their dark outline.
FINGER_COLORS: dict[str, Color] = {
    "thumb": (255, 96, 88),
    "index": (255, 206, 64),
    "middle": (98, 220, 110),
    "ring": (84, 178, 255),
    "little": (222, 130, 255),
}
WRIST_COLOR: Color = (245, 245, 245)
OUTLINE_COLOR: Color = (20, 20, 24)
SHEET_COLOR: Color = (32, 32, 36)

#: Sub-pixel bits of the coordinates that OpenCV draws with.
_SHIFT = 4

#: A bone's width over the hand's size, and its limits in pixels.
_SIZE_PER_LINE, _THINNEST, _THICKEST = 70, 0.75, 24

#: Radius of the smallest dots, pixels.
_SMALLEST_DOT = 1.1

#: Bones thinner than this many pixels are drawn so much enlarged.
_ZOOMS = ((2, 8), (4, 4))

#: Points further out than this are drawn at this distance, so that OpenCV's integers
#: do not overflow.
_FAR = 1 << 20


def keypoint_colors(num_keypoints: int = NUM_KEYPOINTS) -> list[Color]:
    """Return a colour per keypoint: by finger for 21, else around the circle."""
    if num_keypoints != NUM_KEYPOINTS:
        hues = (i / num_keypoints for i in range(num_keypoints))
        return [_hue_color(hue) for hue in hues]
    colors = [WRIST_COLOR] * NUM_KEYPOINTS
    for finger, joints in FINGER_KEYPOINTS.items():
        for joint in joints:
            colors[joint] = FINGER_COLORS[finger]
    return colors


def draw_keypoints(
    image: Image,
    keypoints: ArrayLike,
    scores: ArrayLike | None = None,
    visibility: ArrayLike | None = None,
    skeleton: Iterable[Sequence[int]] = BONES,
) -> Image:
    """Draw one hand: bones in finger colours under dots, all with a dark outline.

    Line width and dots follow the size of the hand.

    Args:
        image: `(height, width, 3)` uint8 RGB.
        keypoints: `(num_keypoints, 2)`, pixels; what is not finite is left out.
        scores: `(num_keypoints,)` 0..1; below `FAINT_SCORE` a joint and the bones that
            touch it are drawn faint. `visibility` serves if `None`, then 1.
        visibility: `(num_keypoints,)`; points at 0 are left out.
        skeleton: Pairs of keypoint indices; a bone has its second joint's colour.

    Returns:
        A new picture.
    """
    canvas = check_image(image).copy()
    points = np.asarray(keypoints, np.float64)
    shown: Mask = np.logical_and.reduce(np.isfinite(points), axis=1)
    if visibility is not None:
        shown &= np.asarray(visibility) > 0
    if not shown.any():
        return canvas
    confidence = visibility if scores is None else scores
    strong = shown.copy()
    if confidence is not None:
        strong &= np.asarray(confidence) >= FAINT_SCORE
    pen = _Pen(points, shown, skeleton)
    part = canvas[pen.region(canvas.shape)]
    if not part.size:
        return canvas
    # Pixels that nothing is drawn on are the mean of equal ones: they stay.
    fine = part.repeat(pen.zoom, axis=0).repeat(pen.zoom, axis=1)
    faint = fine.copy()
    pen.draw(faint, shown)
    cv2.addWeighted(faint, FAINT_OPACITY, fine, 1 - FAINT_OPACITY, 0, dst=faint)
    pen.draw(faint, strong)
    size = part.shape[1], part.shape[0]
    part[:] = cv2.resize(faint, size, interpolation=cv2.INTER_AREA)
    return canvas


def draw_hand_tile(
    image: Image,
    region: HandRegion,
    side: int,
    keypoints: ArrayLike,
    scores: ArrayLike | None = None,
    visibility: ArrayLike | None = None,
    skeleton: Iterable[Sequence[int]] = BONES,
) -> Image:
    """Cut a hand out of its picture and draw it there.

    Args:
        image: `(height, width, 3)` uint8 RGB.
        region: What is cut out.
        side: Of the result, pixels.
        keypoints: `(num_keypoints, 2)`, pixels of the whole picture.
        scores: See `draw_keypoints`.
        visibility: See `draw_keypoints`.
        skeleton: Pairs of keypoint indices.

    Returns:
        `(side, side, 3)` uint8 RGB.
    """
    matrix = region.matrix(side)
    points = transform_points(keypoints, matrix)
    crop = warp_image(image, matrix, side)
    return draw_keypoints(crop, points, scores, visibility, skeleton)


def draw_heatmaps(image: Image, heatmaps: ArrayLike, matrix: ArrayLike) -> Image:
    """Lay heatmaps over a dimmed picture, each in its keypoint's colour.

    Args:
        image: `(height, width, 3)` uint8 RGB.
        heatmaps: `(rows, columns, num_keypoints)`; clipped to 0..1.
        matrix: `(3, 3)` from picture pixels to heatmap cells.

    Returns:
        A new picture.
    """
    height, width = check_image(image).shape[:2]
    weights = np.clip(np.asarray(heatmaps, np.float32), 0, 1)
    colors = np.asarray(keypoint_colors(weights.shape[-1]), np.float32)
    opacity = weights.max(axis=-1, keepdims=True)
    total = np.maximum(weights.sum(axis=-1, keepdims=True), 1e-6)
    glow = np.concatenate([weights @ colors / total * opacity, opacity], axis=-1)
    glow = cv2.warpAffine(
        glow,
        np.asarray(matrix, np.float64)[:2],
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
    )
    mixed = image * np.float32(0.6) * (1 - glow[..., 3:]) + glow[..., :3]
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def draw_boxes(image: Image, boxes: ArrayLike, color: Color) -> Image:
    """Draw rectangles on a copy of a picture.

    Args:
        image: `(height, width, 3)` uint8 RGB.
        boxes: `(num_boxes, 4)`, x, y, width and height in pixels.
        color: RGB.
    """
    drawn = np.array(image)
    pen = max(1, round(max(drawn.shape[:2]) / 200))
    for x, y, width, height in np.rint(boxes).astype(int).reshape(-1, 4).tolist():
        cv2.rectangle(drawn, (x, y), (x + width, y + height), color, pen)
    return drawn


def contact_sheet(
    images: Sequence[Image],
    captions: Sequence[str] | None = None,
    columns: int = 8,
    tile: int = 192,
) -> Image:
    """Lay pictures out in rows, each fitted into a square and captioned below.

    Args:
        images: Pictures of any size, `(height, width, 3)` uint8 RGB; at least one.
        captions: A line for each picture; what does not fit is cut off.
        columns: Pictures in a row.
        tile: Side of a picture's square, pixels.

    Returns:
        One picture `(rows * tile_height, columns * tile, 3)`.

    Raises:
        ValueError: If there are no pictures or not as many captions.
    """
    if not len(images):
        raise ValueError("`images` must hold at least one picture. Received: none")
    if captions is not None and len(captions) != len(images):
        raise ValueError(
            f"`captions` must be {len(images)}, one each. Received: {len(captions)}"
        )
    texts = captions if captions is not None else [None] * len(images)
    tiles = [_tile(*pair, tile) for pair in zip(images, texts, strict=True)]
    columns = min(columns, len(tiles))
    rows = -(-len(tiles) // columns)
    height = tiles[0].shape[0]
    sheet = np.full((rows * height, columns * tile, 3), SHEET_COLOR, np.uint8)
    for index, picture in enumerate(tiles):
        top, left = index // columns * height, index % columns * tile
        sheet[top : top + height, left : left + tile] = picture
    return sheet


class _Pen:
    """Draws one hand's bones and dots at a width that follows the hand's size.

    Small hands are drawn enlarged by `zoom` and made small again: OpenCV's own lines
    are whole pixels wide, and its dots of one or two pixels are diamonds.
    """

    def __init__(
        self, points: FloatArray, shown: Mask, skeleton: Iterable[Sequence[int]]
    ) -> None:
        self._points = np.clip(np.nan_to_num(points), -_FAR, _FAR)
        self._shown = self._points[shown]
        self._bones = [(a, b) for a, b in skeleton]
        self._colors = keypoint_colors(len(points))
        size = float(tight_box(self._shown)[2:].max())
        line = float(np.clip(size / _SIZE_PER_LINE, _THINNEST, _THICKEST))
        self.zoom = next((z for most, z in _ZOOMS if line < most), 1)
        self._line = max(1, round(line * self.zoom))
        self._outline = max(1, round(line * self.zoom / 3))
        self._radius = max(0.9 * line + 0.3, _SMALLEST_DOT) * self.zoom

    def region(self, shape: tuple[int, ...]) -> tuple[slice, slice]:
        """Return the part of the picture that the hand covers; drawing moves there."""
        margin = 2 * (self._line + self._outline) // self.zoom + 2
        size = np.array([shape[1], shape[0]])
        low = np.clip(np.floor(self._shown.min(axis=0)) - margin, 0, size).astype(int)
        high = np.ceil(self._shown.max(axis=0)) + margin
        high = np.clip(high, low, size).astype(int)
        # The middle of a pixel stays in the middle of its enlargement.
        self._points = (self._points - low) * self.zoom + (self.zoom - 1) / 2
        return slice(low[1], high[1]), slice(low[0], high[0])

    def draw(self, image: Image, shown: Mask) -> None:
        """Draw bones under dots, and the bones' outlines under all their colours."""
        bones = [(a, b) for a, b in self._bones if shown[a] and shown[b]]
        for a, b in bones:
            self._bone(image, a, b, OUTLINE_COLOR, self._line + 2 * self._outline)
        for a, b in bones:
            self._bone(image, a, b, self._colors[b], self._line)
        for joint in np.flatnonzero(shown).tolist():
            self._dot(image, joint, OUTLINE_COLOR, self._radius + self._outline)
            self._dot(image, joint, self._colors[joint], self._radius)

    def _bone(self, image: Image, a: int, b: int, color: Color, width: int) -> None:
        cv2.line(image, self._at(a), self._at(b), color, width, cv2.LINE_AA, _SHIFT)

    def _dot(self, image: Image, joint: int, color: Color, radius: float) -> None:
        center, steps = self._at(joint), round(radius * (1 << _SHIFT))
        cv2.circle(image, center, steps, color, cv2.FILLED, cv2.LINE_AA, _SHIFT)

    def _at(self, joint: int) -> tuple[int, int]:
        x, y = np.rint(self._points[joint] * (1 << _SHIFT)).astype(int).tolist()
        return x, y


def _hue_color(hue: float) -> Color:
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(hue, 0.6, 1))
    return red, green, blue


def _tile(image: Image, caption: str | None, side: int) -> Image:
    """Fit one picture into a square of `side` and write its caption below."""
    height, width = check_image(image).shape[:2]
    scale = side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = cv2.resize(image, size, interpolation=method)
    strip = 0 if caption is None else min(28, max(16, side // 9))
    result = np.full((side + strip, side, 3), SHEET_COLOR, np.uint8)
    top, left = (side - size[1]) // 2, (side - size[0]) // 2
    result[top : top + size[1], left : left + size[0]] = small
    if caption:
        _write(result, caption, side, strip)
    return result


def _write(image: Image, text: str, top: int, height: int) -> None:
    """Write a line of text into the strip that starts at row `top`."""
    font, scale = cv2.FONT_HERSHEY_SIMPLEX, height / 36
    room = image.shape[1] - 6
    while text and cv2.getTextSize(text, font, scale, 1)[0][0] > room:
        text = text[:-1]
    base = top + round(height * 0.7)
    cv2.putText(image, text, (3, base), font, scale, WRIST_COLOR, 1, cv2.LINE_AA)
