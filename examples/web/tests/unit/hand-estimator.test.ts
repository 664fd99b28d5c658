import { describe, expect, test } from "vitest";

import { HandEstimator } from "../../src/hand/hand-estimator.ts";
import type { NetworkAnswer } from "../../src/hand/hand-pose.ts";
import type { Pixels } from "../../src/hand/warp.ts";

const SIZE = 64;
const MODEL = {
  imageSize: SIZE,
  cropScale: 1.5,
  keypointNames: ["a", "b", "c", "d"],
  minScore: 0.5,
  keepScore: 0.3,
};

/** A picture with a bright disc; an all-black one has no hand. */
function discAt(x: number, y: number, radius: number): Pixels {
  const [width, height] = [320, 240];
  const data = new Uint8ClampedArray(width * height * 4).fill(0);
  for (let i = 0; i < width * height; i++) {
    const isInside = Math.hypot((i % width) - x, Math.floor(i / width) - y) <= radius;
    data.fill(isInside ? 255 : 0, 4 * i, 4 * i + 3);
  }
  return { width, height, data };
}

/** Stands in for the network: finds the bright pixels' box and gives its four corners. */
class BrightnessNetwork {
  runs = 0;
  presence: number | undefined;

  readonly run = async (crop: Float32Array): Promise<NetworkAnswer> => {
    this.runs++;
    const bright = [...Array(SIZE * SIZE).keys()].filter((i) => crop[3 * i]! > 127);
    if (bright.length === 0) {
      return { keypoints: new Float32Array(4 * 3) };
    }
    const xs = bright.map((i) => ((i % SIZE) + 0.5) / SIZE);
    const ys = bright.map((i) => (Math.floor(i / SIZE) + 0.5) / SIZE);
    const [left, right] = [Math.min(...xs), Math.max(...xs)];
    const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
    const corners = [left, top, 0.9, right, top, 0.9, left, bottom, 0.9, right, bottom, 0.9];
    const keypoints = Float32Array.from(corners);
    return this.presence === undefined ? { keypoints } : { keypoints, presence: this.presence };
  };
}

function makeEstimator(): [HandEstimator, BrightnessNetwork] {
  const network = new BrightnessNetwork();
  return [new HandEstimator(MODEL, network.run), network];
}

describe("search", () => {
  test("looks twice and gives pixels of the picture", async () => {
    const [estimator, network] = makeEstimator();
    const hand = await estimator.search(discAt(200, 100, 30));
    expect(network.runs).toBe(2);
    expect(hand!.score).toBeCloseTo(0.9, 6);
    expect(Math.abs(hand!.box.x - 170)).toBeLessThan(2);
    expect(Math.abs(hand!.box.y - 70)).toBeLessThan(2);
    expect(Math.abs(hand!.box.width - 60)).toBeLessThan(3);
  });

  test("finds nothing in a black picture, in one look", async () => {
    const [estimator, network] = makeEstimator();
    expect(await estimator.search(discAt(-100, -100, 1))).toBeNull();
    expect(network.runs).toBe(1);
  });

  test("does not look closer at a speck", async () => {
    const [estimator, network] = makeEstimator();
    await estimator.search(discAt(200, 100, 5));
    expect(network.runs).toBe(1);
  });
});

test("inBox cuts the crop around the box, 1.5 times as large", async () => {
  const [estimator] = makeEstimator();
  const box = { x: 170, y: 70, width: 60, height: 60 };
  const hand = await estimator.inBox(discAt(200, 100, 200), box); // bright all over
  expect(hand.box.x).toBeCloseTo(200 - 45 + 45 / SIZE, 3); // centres of the outer pixels
  expect(hand.box.width).toBeCloseTo(90 * (1 - 1 / SIZE), 3);
});

describe("follow", () => {
  test("needs one look a frame while the hand stays near", async () => {
    const [estimator, network] = makeEstimator();
    await estimator.follow(discAt(160, 120, 30), 0);
    expect(network.runs).toBe(2);
    for (let step = 1; step <= 5; step++) {
      const hand = await estimator.follow(discAt(160 + 8 * step, 120, 30), step / 3);
      expect(network.runs).toBe(2 + step);
      expect(Math.abs(hand!.box.x + hand!.box.width / 2 - (160 + 8 * step))).toBeLessThan(2);
    }
  });

  test("searches again when the hand has jumped", async () => {
    const [estimator, network] = makeEstimator();
    await estimator.follow(discAt(60, 60, 25), 0);
    const hand = await estimator.follow(discAt(260, 180, 25), 0.1);
    expect(network.runs).toBe(2 + 1 + 2);
    expect(Math.abs(hand!.box.x - 235)).toBeLessThan(2);
  });

  test("loses the hand, and forgets it on demand", async () => {
    const [estimator, network] = makeEstimator();
    await estimator.follow(discAt(60, 60, 25), 0);
    expect(await estimator.follow(discAt(-100, -100, 1), 0.1)).toBeNull();
    await estimator.follow(discAt(60, 60, 25), 0);
    estimator.forget();
    const before = network.runs;
    await estimator.follow(discAt(60, 60, 25), 0);
    expect(network.runs - before).toBe(2);
  });
});

describe("presence", () => {
  test.each([
    [0.45, false],
    [0.55, true],
  ])("is the score that a find needs: %f", async (presence, isFound) => {
    const [estimator, network] = makeEstimator();
    network.presence = presence;
    const hand = await estimator.search(discAt(200, 100, 30));
    expect(hand?.score).toBe(isFound ? presence : undefined);
  });

  test("of a followed hand may be lower", async () => {
    const [estimator, network] = makeEstimator();
    network.presence = 0.9;
    await estimator.follow(discAt(160, 120, 30), 0);
    network.presence = 0.35;
    expect((await estimator.follow(discAt(162, 120, 30), 0.1))?.score).toBe(0.35);
    network.presence = 0.25;
    expect(await estimator.follow(discAt(164, 120, 30), 0.2)).toBeNull();
  });
});

test("NaN from the network is an error that says what to do", async () => {
  const estimator = new HandEstimator(MODEL, async () => ({ keypoints: new Float32Array(12).fill(NaN) }));
  await expect(estimator.search(discAt(60, 60, 25))).rejects.toThrow("export it again");
});
