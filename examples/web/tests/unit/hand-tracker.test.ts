import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { assign } from "../../src/hand/assignment.ts";
import { type HandRegion, pointsRegion, tightBox } from "../../src/hand/geometry.ts";
import { dropDuplicates } from "../../src/hand/hand-overlap.ts";
import type { HandPose } from "../../src/hand/hand-pose.ts";
import { type Estimator, HandTracker } from "../../src/hand/hand-tracker.ts";

/** Middle, size, score and chance of a left hand. */
type Hand = readonly [number, number, number, number, number];

/** Made by `make_tracking_golden.py`. */
interface Golden {
  readonly width: number;
  readonly height: number;
  readonly limits: { readonly minScore: number; readonly keepScore: number };
  readonly shape: readonly (readonly [number, number])[];
  readonly scenes: Readonly<
    Record<
      string,
      readonly {
        readonly seconds: number;
        readonly hands: readonly Hand[];
        /** Id, middle and side. */
        readonly told: readonly (readonly [number, number, number, number])[];
      }[]
    >
  >;
}

const golden = JSON.parse(
  readFileSync(new URL("tracking-golden.json", import.meta.url), "utf8"),
) as Golden;

function pose([x, y, size, score, leftScore]: Hand): HandPose {
  const keypoints = golden.shape.map(([dx, dy]) => ({ x: x + size * dx, y: y + size * dy }));
  const scores = keypoints.map(() => score);
  return { keypoints, scores, box: tightBox(keypoints), score, leftScore, id: null };
}

/** As in `make_tracking_golden.py`. */
class SceneEstimator implements Estimator {
  readonly limits = golden.limits;
  hands: readonly Hand[] = [];

  async find(_picture: unknown, known: readonly HandPose[] = []): Promise<HandPose[]> {
    const bestFirst = this.hands.map(pose).sort((a, b) => b.score - a.score);
    return dropDuplicates(bestFirst.filter((hand) => hand.score >= this.limits.minScore), known);
  }

  async predictRegions(_picture: unknown, regions: readonly HandRegion[]): Promise<HandPose[]> {
    return regions.map(({ x, y, side }) => {
      const near = this.hands
        .map((hand) => ({ hand, distance: Math.hypot(hand[0] - x, hand[1] - y) }))
        .sort((a, b) => a.distance - b.distance)[0];
      return pose(near && near.distance < side / 2 ? near.hand : [x, y, side / 1.5, 0, 0.5]);
    });
  }

  nextRegion(hand: HandPose): HandRegion {
    return pointsRegion(hand.keypoints, 1.5, 0);
  }
}

describe("hands are followed as in Python", () => {
  test.each(Object.keys(golden.scenes))("%s", async (name) => {
    const estimator = new SceneEstimator();
    const tracker = new HandTracker(estimator);
    const frame = { ...golden, data: new Uint8ClampedArray() };
    for (const { seconds, hands, told } of golden.scenes[name]!) {
      estimator.hands = hands;
      const found = await tracker.update(frame, seconds);
      expect(found.map((hand) => hand.id), `at ${seconds} s`).toEqual(told.map(([id]) => id));
      found.forEach(({ keypoints, leftScore }, i) => {
        const [, x, y, left] = told[i]!;
        const mean = (axis: "x" | "y") =>
          keypoints.reduce((sum, point) => sum + point[axis], 0) / keypoints.length;
        expect(Math.abs(mean("x") - x)).toBeLessThan(0.01);
        expect(Math.abs(mean("y") - y)).toBeLessThan(0.01);
        expect(Math.abs(leftScore! - left)).toBeLessThan(0.002);
      });
    }
  });
});

test("a film forgotten starts with number 1", async () => {
  const estimator = new SceneEstimator();
  estimator.hands = [[100, 100, 50, 0.9, 0.5]];
  const tracker = new HandTracker(estimator);
  const frame = { ...golden, data: new Uint8ClampedArray() };
  await tracker.update(frame, 0);
  estimator.hands = [[250, 150, 50, 0.9, 0.5]];
  expect((await tracker.update(frame, 0.1))[0]!.id).toBe(2);
  tracker.reset();
  expect((await tracker.update(frame, 0.2))[0]!.id).toBe(1);
});

test.each([
  [[[0.3, 0.2], [0.9, 0.25]], 1, [0, 1]],
  [[[0.4, 0.9], [0.9, 0.9]], 0.5, [0, null]],
  [[[0.4], [0.3]], 1, [null, 0]],
  [[[0.3], [0.3]], 1, [0, null]],
  [[[], []], 1, [null, null]],
  [[], 1, []],
])("of all pairings the least costly is taken: %j, at most %d", (costs, most, columns) => {
  expect(assign(costs, most)).toEqual(columns);
});
