/** Pictures of bright discs, and networks that find those. */

import type { NetworkAnswer } from "../../src/hand/hand-pose.ts";
import type { Pixels } from "../../src/hand/warp.ts";

export const POSE_MODEL = {
  imageSize: 64,
  cropScale: 1.5,
  keypointNames: ["a", "b", "c", "d"],
  presence: false,
  minScore: 0.5,
  keepScore: 0.3,
};

export const DETECTOR_MODEL = { imageSize: 64, minScore: 0.4 };

export interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** A black picture with bright discs. */
export function discsAt(...discs: Disc[]): Pixels {
  const [width, height] = [320, 240];
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    const isInside = discs.some((disc) => Math.hypot(x - disc.x, y - disc.y) <= disc.radius);
    data.fill(isInside ? 255 : 0, 4 * i, 4 * i + 3);
  }
  return { width, height, data };
}

/** Stands in for a pose network: the corners of the box of the bright pixels. */
export class BrightnessNetwork {
  runs = 0;
  /** What it adds to its answers. */
  more: Record<string, number> = {};

  readonly run = async (crop: Float32Array): Promise<NetworkAnswer> => {
    this.runs++;
    const size = POSE_MODEL.imageSize;
    const bright = [...Array(size * size).keys()].filter((i) => crop[3 * i]! > 127);
    const more = Object.entries(this.more).map(([name, value]) => [name, Float32Array.of(value)]);
    if (bright.length === 0) {
      return { keypoints: new Float32Array(4 * 3), ...Object.fromEntries(more) };
    }
    const [left, top, right, bottom] = brightBox(bright, size);
    const corners = [left, top, 0.9, right, top, 0.9, left, bottom, 0.9, right, bottom, 0.9];
    return { keypoints: Float32Array.from(corners), ...Object.fromEntries(more) };
  };
}

function brightBox(bright: readonly number[], size: number): [number, number, number, number] {
  const xs = bright.map((i) => ((i % size) + 0.5) / size);
  const ys = bright.map((i) => (Math.floor(i / size) + 0.5) / size);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Stands in for a detector: a row for each patch of bright pixels, all of one score. */
export class PatchDetector {
  runs = 0;
  score = 0.8;

  readonly run = async (input: Float32Array): Promise<NetworkAnswer> => {
    this.runs++;
    const size = DETECTOR_MODEL.imageSize;
    const hands = new Float32Array(16 * 7);
    patches(input, size).forEach((pixels, i) => {
      const [left, top, right, bottom] = brightBox(pixels, size);
      const [width, height] = [right - left + 1 / size, bottom - top + 1 / size];
      const middle = [(left + right) / 2, (top + bottom) / 2];
      hands.set([...middle, width, height, 0, -1, this.score], 7 * i);
    });
    return { hands };
  };
}

/** The pixels of each bright patch. */
function patches(input: Float32Array, size: number): number[][] {
  const left = new Set([...Array(size * size).keys()].filter((i) => input[3 * i]! > 127));
  const found: number[][] = [];
  for (const start of left) {
    const patch: number[] = [];
    const open = [start];
    left.delete(start);
    while (open.length > 0) {
      const at = open.pop()!;
      patch.push(at);
      for (const next of [at - 1, at + 1, at - size, at + size]) {
        if (left.delete(next)) {
          open.push(next);
        }
      }
    }
    found.push(patch);
  }
  return found;
}
