/** Overlapping squares of a picture, level by level smaller. */

import { TILE_RATIO, TILE_STEP } from "./constants";
import type { Point } from "./geometry";
import type { Pixels } from "./warp";

/** A part of a picture, in whole pixels; `right` and `bottom` are just outside. */
export interface Tile {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The longer side of a tile. */
export function tileSide({ left, top, right, bottom }: Tile): number {
  return Math.max(right - left, bottom - top);
}

/** Tell whether a point of the picture lies in a tile. */
export function isInTile({ x, y }: Point, { left, top, right, bottom }: Tile): boolean {
  return left <= x && x < right && top <= y && y < bottom;
}

/** The whole picture, then the squares of each further level. */
export function pictureLevels(width: number, height: number, levels: number): Tile[][] {
  return Array.from({ length: levels }, (_, level) => {
    const side = Math.max(Math.ceil(TILE_RATIO ** level * Math.max(width, height)), 1);
    return spans(height, side).flatMap(([top, bottom]) =>
      spans(width, side).map(([left, right]) => ({ left, top, right, bottom })),
    );
  });
}

/** The fewest spans of a side that cover a length, evenly. */
function spans(length: number, side: number): [number, number][] {
  const rest = length - side;
  if (rest <= 0) {
    return [[0, length]];
  }
  const steps = Math.ceil(rest / (TILE_STEP * side));
  return Array.from({ length: steps + 1 }, (_, i) => {
    const start = roundHalfToEven((rest * i) / steps);
    return [start, start + side];
  });
}

/** As Python rounds. */
function roundHalfToEven(value: number): number {
  const low = Math.floor(value);
  return value - low === 0.5 ? low + (low % 2) : Math.round(value);
}

/** Cut a tile's pixels out of a picture. */
export function cutTile(picture: Pixels, { left, top, right, bottom }: Tile): Pixels {
  const [width, height] = [right - left, bottom - top];
  if (width === picture.width && height === picture.height) {
    return picture;
  }
  const data = new Uint8ClampedArray(4 * width * height);
  for (let row = 0; row < height; row++) {
    const start = 4 * ((top + row) * picture.width + left);
    data.set(picture.data.subarray(start, start + 4 * width), 4 * width * row);
  }
  return { width, height, data };
}
