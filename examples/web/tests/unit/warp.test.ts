import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { cropTransform, type HandRegion } from "../../src/hand/geometry.ts";
import { cutCrop, type Pixels } from "../../src/hand/warp.ts";

interface Case {
  readonly region: HandRegion;
  readonly crop: readonly number[];
}

interface Golden {
  readonly width: number;
  readonly height: number;
  readonly size: number;
  readonly cases: readonly Case[];
}

/** Made by `make_warp_golden.py`. */
const golden = JSON.parse(
  readFileSync(new URL("warp-golden.json", import.meta.url), "utf8"),
) as Golden;

/** The picture of `make_warp_golden.py`. */
function makePicture({ width, height }: Golden): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < data.length; i++) {
    const [x, y, channel] = [(i >> 2) % width, Math.floor((i >> 2) / width), i & 3];
    data[i] = channel === 3 ? 255 : (3 * x * x + 7 * y + 50 * channel + 5 * ((x * y) % 31)) % 256;
  }
  return { width, height, data };
}

describe("cutCrop gives Python's crop", () => {
  test.each(golden.cases)("of $region", ({ region, crop }) => {
    const cut = cutCrop(makePicture(golden), cropTransform(region, golden.size), golden.size);
    const differences = crop.map((value, i) => Math.abs(value - cut[i]!));
    expect(cut.length).toBe(golden.size * golden.size * 3);
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
    expect(differences.filter((difference) => difference > 0).length).toBeLessThanOrEqual(5);
  });
});

test("a crop beside the picture is black", () => {
  const region = { x: 650, y: 650, side: 450, degrees: 20 };
  const cut = cutCrop(makePicture(golden), cropTransform(region, 8), 8);
  expect(Math.max(...cut)).toBe(0);
});
