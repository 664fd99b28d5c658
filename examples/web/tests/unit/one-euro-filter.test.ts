import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { OneEuroFilter } from "../../src/hand/one-euro-filter.ts";

type Pair = readonly [number, number];

interface Frame {
  readonly points: readonly Pair[];
  readonly size: number;
  readonly seconds: number;
  readonly smoothed: readonly Pair[];
}

/** Made by `make_smoothing_golden.py`. */
const frames = JSON.parse(
  readFileSync(new URL("smoothing-golden.json", import.meta.url), "utf8"),
) as Frame[];

test("points are smoothed as in Python, frame after frame", () => {
  const filter = new OneEuroFilter();
  for (const { points, size, seconds, smoothed } of frames) {
    const next = filter.next(points.map(([x, y]) => ({ x, y })), size, seconds);
    next.forEach((point, i) => {
      expect(point.x).toBeCloseTo(smoothed[i]![0], 3);
      expect(point.y).toBeCloseTo(smoothed[i]![1], 3);
    });
  }
});
