/**
 * Cutting crops out of a picture, as `geometry.warp_image` of handypose_tf does: bilinear,
 * 0 outside the picture, averaged down first where the crop shrinks by two or more.
 */

import type { CropTransform } from "./geometry";

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
  const shrink = Math.floor(1 / Math.max(crop.scale, 1e-6));
  const [source, transform] =
    shrink < 2 ? [picture, crop] : averageDown(picture, crop, size, shrink);
  return Float32Array.from(sampleBilinear(source, transform, size));
}

/** A clamped array rounds halves to even, as OpenCV does. */
function sampleBilinear(picture: Pixels, crop: CropTransform, size: number): Uint8ClampedArray {
  const result = new Uint8ClampedArray(size * size * CHANNELS);
  const columns = samplePlaces(crop.shiftX, crop.scale, size, (product) => product);
  const rows = samplePlaces(crop.shiftY, crop.scale, size, Math.fround);
  let target = 0;
  for (const y of rows) {
    for (const x of columns) {
      samplePixel(picture, x, y, result, target);
      target += CHANNELS;
    }
  }
  return result;
}

/**
 * Where in the picture a crop's columns or rows lie, in OpenCV's single precision: it
 * rounds once for columns (a fused multiply-add), twice for rows. A hair's breadth, but
 * where four pixels weigh the same it decides the rounding of their mean.
 */
function samplePlaces(
  shift: number,
  scale: number,
  size: number,
  roundProduct: (product: number) => number,
): Float32Array {
  const [step, start] = [Math.fround(1 / scale), Math.fround(-shift / scale)];
  return Float32Array.from({ length: size }, (_, i) => roundProduct(step * i) + start);
}

/** Write the colour at a point between four pixels. */
function samplePixel(
  picture: Pixels,
  x: number,
  y: number,
  result: Uint8ClampedArray,
  target: number,
): void {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [toRight, toBottom] = [x - left, y - top];
  const upperLeft = pixelIndex(picture, left, top);
  const upperRight = pixelIndex(picture, left + 1, top);
  const lowerLeft = pixelIndex(picture, left, top + 1);
  const lowerRight = pixelIndex(picture, left + 1, top + 1);
  for (let channel = 0; channel < CHANNELS; channel++) {
    const value = (at: number) => picture.data[at + channel] ?? 0;
    const upper = between(value(upperLeft), value(upperRight), toRight);
    const lower = between(value(lowerLeft), value(lowerRight), toRight);
    result[target + channel] = between(upper, lower, toBottom);
  }
}

/** Where a pixel's values start; below 0, where nothing is, for one outside the picture. */
function pixelIndex({ width, height }: Pixels, column: number, row: number): number {
  const isInside = column >= 0 && row >= 0 && column < width && row < height;
  return isInside ? (row * width + column) * RGBA : -RGBA;
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
  const [left, right] = seenRange(crop.shiftX, crop.scale, size, factor, picture.width);
  const [top, bottom] = seenRange(crop.shiftY, crop.scale, size, factor, picture.height);
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
  const scaled = {
    scale: crop.scale * factor,
    shiftX: crop.shiftX + crop.scale * (left + middle),
    shiftY: crop.shiftY + crop.scale * (top + middle),
  };
  return [{ width, height, data }, scaled];
}

/** From (including) .. to (excluding). */
type Range = readonly [number, number];

/** The columns or rows of the picture that a crop sees, with a margin of one block. */
function seenRange(
  shift: number,
  scale: number,
  size: number,
  factor: number,
  bound: number,
): Range {
  const low = Math.floor((-1 - shift) / scale) - factor;
  const high = Math.ceil((size - shift) / scale) + factor;
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
