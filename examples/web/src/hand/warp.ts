/**
 * Cutting crops out of a picture, as `geometry.warp_image` of handypose_tf does: bilinear,
 * 0 outside the picture, averaged down first where the crop shrinks by two or more.
 */

import { type CropTransform, toPicture } from "./geometry";

/** Pixels as a canvas gives them: RGBA, rows from the top. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

const CHANNELS = 3;
const RGBA = 4;

/** OpenCV rounds the mean of 2 x 2 pixels half up, means of more pixels half to even. */
const HALF_UP = 1e-3;

/** Return the crop's pixels: RGB 0..255, whole numbers, `size * size * 3` of them. */
export function cutCrop(picture: Pixels, crop: CropTransform, size: number): Float32Array {
  const scale = Math.hypot(crop.cos, crop.sin);
  const shrink = Math.floor(1 / Math.max(scale, 1e-6));
  const [source, transform] =
    shrink < 2 ? [picture, crop] : averageDown(picture, crop, size, shrink);
  return new Float32Array(sampleBilinear(source, transform, size));
}

/**
 * Sample a picture at a crop's pixels, rounding where OpenCV rounds: places in single
 * precision, the product and sum along a row at once (a fused multiply-add). A hair's
 * breadth, but where four pixels weigh the same it decides the rounding of their mean.
 * A clamped array rounds halves to even.
 */
function sampleBilinear(picture: Pixels, crop: CropTransform, size: number): Uint8ClampedArray {
  const { fround } = Math;
  const area = crop.cos * crop.cos + crop.sin * crop.sin;
  const [cos, sin] = [fround(crop.cos / area), fround(crop.sin / area)];
  const start = toPicture({ x: 0, y: 0 }, crop);
  const [startX, startY] = [fround(start.x), fround(start.y)];
  const result = new Uint8ClampedArray(size * size * CHANNELS);
  for (let row = 0; row < size; row++) {
    const rowX = fround(fround(-sin * row) + startX);
    const rowY = fround(fround(cos * row) + startY);
    for (let column = 0; column < size; column++) {
      const x = fround(cos * column + rowX);
      const y = fround(sin * column + rowY);
      samplePixel(picture, x, y, result, (row * size + column) * CHANNELS);
    }
  }
  return result;
}

/** Write the colour at a point between four pixels; outside the picture they are 0. */
function samplePixel(
  { width, height, data }: Pixels,
  x: number,
  y: number,
  result: Uint8ClampedArray,
  target: number,
): void {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  if (left < -1 || top < -1 || left >= width || top >= height) {
    return; // as it is: black
  }
  const [toRight, toBottom] = [x - left, y - top];
  const [hasLeft, hasRight] = [left >= 0, left + 1 < width];
  const [hasTop, hasBottom] = [top >= 0, top + 1 < height];
  const start = (top * width + left) * RGBA;
  const below = start + width * RGBA;
  for (let channel = 0; channel < CHANNELS; channel++) {
    const at = start + channel;
    const under = below + channel;
    const upper = between(
      hasTop && hasLeft ? data[at]! : 0,
      hasTop && hasRight ? data[at + RGBA]! : 0,
      toRight,
    );
    const lower = between(
      hasBottom && hasLeft ? data[under]! : 0,
      hasBottom && hasRight ? data[under + RGBA]! : 0,
      toRight,
    );
    result[target + channel] = between(upper, lower, toBottom);
  }
}

/** Interpolate in single precision. */
function between(low: number, high: number, share: number): number {
  return Math.fround(low + share * (high - low));
}

/** Average the part that the crop sees over `factor * factor` blocks. */
function averageDown(
  picture: Pixels,
  crop: CropTransform,
  size: number,
  factor: number,
): [Pixels, CropTransform] {
  const corners = [-1, size].flatMap((y) => [-1, size].map((x) => toPicture({ x, y }, crop)));
  const [left, right] = seenRange(corners.map((corner) => corner.x), factor, picture.width);
  const [top, bottom] = seenRange(corners.map((corner) => corner.y), factor, picture.height);
  const width = Math.ceil((right - left) / factor);
  const height = Math.ceil((bottom - top) / factor);
  const data = new Uint8ClampedArray(width * height * RGBA);
  for (let row = 0; row < height; row++) {
    const rows: Range = [top + row * factor, Math.min(top + (row + 1) * factor, bottom)];
    for (let column = 0; column < width; column++) {
      const start = left + column * factor;
      const columns: Range = [start, Math.min(start + factor, right)];
      averageBlock(picture, columns, rows, factor * factor, data, (row * width + column) * RGBA);
    }
  }
  const middle = (factor - 1) / 2;
  return [{ width, height, data }, scaled(crop, factor, left + middle, top + middle)];
}

/** The transform from pixels that are `factor` times as large, the first one at a point. */
function scaled(
  { cos, sin, shiftX, shiftY }: CropTransform,
  factor: number,
  x: number,
  y: number,
): CropTransform {
  return {
    cos: cos * factor,
    sin: sin * factor,
    shiftX: shiftX + cos * x + sin * y,
    shiftY: shiftY - sin * x + cos * y,
  };
}

/** From (including) .. to (excluding). */
type Range = readonly [number, number];

/** The columns or rows between a crop's corners, with a margin of one block. */
function seenRange(corners: readonly number[], factor: number, bound: number): Range {
  const low = Math.floor(Math.min(...corners)) - factor;
  const high = Math.ceil(Math.max(...corners)) + factor;
  const clip = (value: number) => Math.min(Math.max(value, 0), bound);
  return [clip(low), clip(high)];
}

/** Write the mean colour of a block; what a block at the edge lacks counts as 0. */
function averageBlock(
  picture: Pixels,
  [left, right]: Range,
  [top, bottom]: Range,
  area: number,
  target: Uint8ClampedArray,
  index: number,
): void {
  let [red, green, blue] = [0, 0, 0];
  for (let row = top; row < bottom; row++) {
    const end = (row * picture.width + right) * RGBA;
    for (let at = (row * picture.width + left) * RGBA; at < end; at += RGBA) {
      red += picture.data[at]!;
      green += picture.data[at + 1]!;
      blue += picture.data[at + 2]!;
    }
  }
  const nudge = area === 4 ? HALF_UP : 0;
  target[index] = red / area + nudge;
  target[index + 1] = green / area + nudge;
  target[index + 2] = blue / area + nudge;
}
