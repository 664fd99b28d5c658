/**
 * Boxes, crops and points, in the pixel convention of `handypose_tf/geometry.py`: the
 * centre of pixel (0, 0) is the point (0, 0), so a picture of width W spans
 * -0.5 .. W - 0.5.
 */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Upper left corner and sides, pixels. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** A square crop is a scaling and a shift: `crop = scale * picture + (shiftX, shiftY)`. */
export interface CropTransform {
  readonly scale: number;
  readonly shiftX: number;
  readonly shiftY: number;
}

/** The box that covers a whole picture. */
export function pictureBox(width: number, height: number): Box {
  return { x: -0.5, y: -0.5, width, height };
}

/** The smallest box around points, of which there must be one. */
export function tightBox(points: readonly Point[]): Box {
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { x: left, y: top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}

/**
 * The way from picture pixels to the pixels of a box's crop.
 *
 * @param box The hand's tight box.
 * @param size Side of the crop in its own pixels.
 * @param cropScale Side of the crop in the picture over the longer side of the box.
 */
export function cropTransform(box: Box, size: number, cropScale: number): CropTransform {
  const side = cropScale * Math.max(box.width, box.height);
  if (!(side > 0)) {
    throw new RangeError(`A box needs a side above 0, this one is ${box.width} x ${box.height}`);
  }
  const scale = size / side;
  const middle = (size - 1) / 2;
  return {
    scale,
    shiftX: middle - scale * (box.x + box.width / 2),
    shiftY: middle - scale * (box.y + box.height / 2),
  };
}

/** Move a point of the crop back into the picture. */
export function toPicture(point: Point, crop: CropTransform): Point {
  return { x: (point.x - crop.shiftX) / crop.scale, y: (point.y - crop.shiftY) / crop.scale };
}
