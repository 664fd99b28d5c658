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

/** A square around a hand, in pixels of the picture; `x`, `y` is its middle. */
export interface HandRegion extends Point {
  readonly side: number;
  /** By how much its content is turned, counter-clockwise as seen. */
  readonly degrees: number;
  /** Whether the turned content is then mirrored. */
  readonly mirrored?: boolean;
}

/**
 * The way from picture pixels to a crop's: turned, scaled and shifted.
 * `x' = cos x + sin y + shiftX`, `y' = -sin x + cos y + shiftY`; the scale is in `cos`
 * and `sin`.
 */
export interface CropTransform {
  readonly cos: number;
  readonly sin: number;
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

/** The middle of a box. */
export function boxCenter({ x, y, width, height }: Box): Point {
  return { x: x + width / 2, y: y + height / 2 };
}

/** The longer side of a box: the size of the hand in it. */
export function longerSide({ width, height }: Box): number {
  return Math.max(width, height);
}

/** Intersection over union of two boxes. */
export function boxOverlap(one: Box, other: Box): number {
  const width = sharedLength(one.x, one.width, other.x, other.width);
  const height = sharedLength(one.y, one.height, other.y, other.height);
  const shared = width * height;
  const union = one.width * one.height + other.width * other.height - shared;
  return union > 0 ? shared / union : 0;
}

function sharedLength(start: number, length: number, other: number, otherLength: number): number {
  return Math.max(Math.min(start + length, other + otherLength) - Math.max(start, other), 0);
}

/** The mean of points. */
export function meanPoint(points: readonly Point[]): Point {
  const sum = points.reduce((a, b) => ({ x: a.x + b.x, y: a.y + b.y }), { x: 0, y: 0 });
  return { x: sum.x / points.length, y: sum.y / points.length };
}

/** The mean distance of points from as many others. */
export function meanDistance(ones: readonly Point[], others: readonly Point[]): number {
  const distances = ones.map(({ x, y }, i) => Math.hypot(x - others[i]!.x, y - others[i]!.y));
  return distances.reduce((a, b) => a + b, 0) / distances.length;
}

/** The square of `scale` x the longer side of a box, not turned. */
export function boxRegion(box: Box, scale: number): HandRegion {
  const side = scale * longerSide(box);
  if (!(side > 0)) {
    throw new RangeError(`A box needs a side above 0, this one is ${box.width} x ${box.height}`);
  }
  return { ...boxCenter(box), side, degrees: 0 };
}

/** The turned square of `scale` x the longer side of the turned points' tight box. */
export function pointsRegion(points: readonly Point[], scale: number, degrees: number): HandRegion {
  const turn = cropTransform({ ...points[0]!, side: 1, degrees }, 1);
  const box = tightBox(points.map((point) => toCrop(point, turn)));
  const side = Math.max(scale * longerSide(box), 1);
  return { ...toPicture(boxCenter(box), turn), side, degrees };
}

/** The counter-clockwise turn after which the knuckle is above the wrist. */
export function uprightDegrees(wrist: Point, knuckle: Point): number {
  return (Math.atan2(knuckle.x - wrist.x, wrist.y - knuckle.y) * 180) / Math.PI;
}

/** The other's turn, with middle and side so much on the way to it; not mirrored. */
export function regionTowards(
  region: HandRegion,
  other: HandRegion,
  share: number,
): HandRegion {
  return {
    x: region.x + share * (other.x - region.x),
    y: region.y + share * (other.y - region.y),
    side: region.side ** (1 - share) * other.side ** share,
    degrees: other.degrees,
  };
}

/** The way from picture pixels to a region's crop of `size` pixels a side. */
export function cropTransform(region: HandRegion, size: number): CropTransform {
  const angle = (region.degrees * Math.PI) / 180;
  const scale = size / region.side;
  const [cos, sin] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  const middle = (size - 1) / 2;
  return {
    cos,
    sin,
    shiftX: middle - cos * region.x - sin * region.y,
    shiftY: middle + sin * region.x - cos * region.y,
  };
}

/** Move a point of the picture into a crop. */
export function toCrop({ x, y }: Point, { cos, sin, shiftX, shiftY }: CropTransform): Point {
  return { x: cos * x + sin * y + shiftX, y: -sin * x + cos * y + shiftY };
}

/** Move a point of a crop back into the picture. */
export function toPicture(point: Point, crop: CropTransform): Point {
  const { cos, sin } = crop;
  const [dx, dy] = [point.x - crop.shiftX, point.y - crop.shiftY];
  const area = cos * cos + sin * sin;
  return { x: (cos * dx - sin * dy) / area, y: (sin * dx + cos * dy) / area };
}
