import { describe, expect, test } from "vitest";

import { combinedPose } from "../../src/hand/combined-pose.ts";
import { CropModel } from "../../src/hand/crop-model.ts";
import { boxCenter, cropTransform } from "../../src/hand/geometry.ts";
import { HandDetector } from "../../src/hand/hand-detector.ts";
import { HandEstimator } from "../../src/hand/hand-estimator.ts";
import { type HandPose, readPose } from "../../src/hand/hand-pose.ts";
import {
  BrightnessNetwork,
  DETECTOR_MODEL,
  type Disc,
  discsAt,
  PatchDetector,
  POSE_MODEL,
} from "./bright-pictures.ts";

const DISC = { x: 200, y: 100, radius: 30 };

function makeEstimator(presence = false): [HandEstimator, BrightnessNetwork] {
  const network = new BrightnessNetwork();
  const model = new CropModel({ ...POSE_MODEL, presence }, network.run);
  return [new HandEstimator(model, null), network];
}

describe("without a detector", () => {
  test("the whole picture is looked at twice, pixels are the picture's", async () => {
    const [estimator, network] = makeEstimator();
    const [hand] = await estimator.find(discsAt(DISC));
    expect(network.runs).toBe(2);
    expect(hand!.score).toBeCloseTo(0.9, 6);
    expect(Math.abs(hand!.box.x - 170)).toBeLessThan(2);
    expect(Math.abs(hand!.box.y - 70)).toBeLessThan(2);
    expect(Math.abs(hand!.box.width - 60)).toBeLessThan(3);
  });

  test("nothing is found in a black picture, in one look", async () => {
    const [estimator, network] = makeEstimator();
    expect(await estimator.find(discsAt())).toEqual([]);
    expect(network.runs).toBe(1);
  });

  test("a speck is not looked at closer", async () => {
    const [estimator, network] = makeEstimator();
    await estimator.find(discsAt({ ...DISC, radius: 5 }));
    expect(network.runs).toBe(1);
  });
});

test("inBox looks at the box, then twice around what was found there", async () => {
  const [estimator, network] = makeEstimator();
  const hand = await estimator.inBox(discsAt(DISC), { x: 160, y: 80, width: 60, height: 60 });
  expect(network.runs).toBe(3);
  expect(Math.abs(hand.box.x - 170)).toBeLessThan(2);
  expect(Math.abs(hand.box.width - 60)).toBeLessThan(3);
});

describe("presence", () => {
  test.each([
    [0.45, undefined],
    [0.55, 0.55],
  ])("is the score that a find needs: %f", async (presence, score) => {
    const [estimator, network] = makeEstimator(true);
    network.more = { presence };
    const [hand] = await estimator.find(discsAt(DISC));
    expect(hand?.score).toBe(score && Math.fround(score));
  });
});

test("the chance of a left hand is told where the model tells it", async () => {
  const [estimator, network] = makeEstimator();
  expect((await estimator.find(discsAt(DISC)))[0]!.leftScore).toBeNull();
  network.more = { is_left: 0.75 };
  expect((await estimator.find(discsAt(DISC)))[0]!.leftScore).toBe(0.75);
});

test("NaN from the network is an error that says what to do", async () => {
  const keypoints = new Float32Array(12).fill(NaN);
  const model = new CropModel(POSE_MODEL, async () => ({ keypoints }));
  await expect(new HandEstimator(model, null).find(discsAt(DISC))).rejects.toThrow("export it again");
});

describe("several looks at a hand", () => {
  const look = (x: number, sure: number, score: number, leftScore: number): HandPose => ({
    keypoints: [
      { x, y: 0 },
      { x: x === 0 ? 0 : 31, y: 50 },
    ],
    scores: [sure, sure],
    box: { x: 0, y: 0, width: 100, height: 100 },
    score,
    leftScore,
    id: null,
  });

  test("count by how sure they are; a point far from the surest look's does not", () => {
    const pose = combinedPose([look(0, 0.4, 0.9, 0.2), look(20, 0.8, 0.5, 0.8)], true);
    expect(pose.keypoints[0]!.x).toBeCloseTo((20 * 0.8 ** 5) / (0.8 ** 5 + 0.4 ** 5), 6);
    expect(pose.keypoints[1]!.x).toBeCloseTo(31, 9);
    expect(pose.scores).toEqual([0.8, 0.8]);
    expect(pose.score).toBeCloseTo(0.75, 6); // the odds 9 and 1 have 3 in their middle
    expect(pose.leftScore).toBeCloseTo(0.5, 6);
  });

  test("a mirrored look's points and side are turned back", () => {
    const crop = cropTransform({ x: 50, y: 50, side: 64, degrees: 0 }, 64);
    const answer = {
      keypoints: new Float32Array([0.25, 0.5, 1]),
      is_left: new Float32Array([0.25]),
    };
    const [plain, mirrored] = [readPose(answer, crop, 64), readPose(answer, crop, 64, true)];
    expect(plain.keypoints[0]!.x).toBeCloseTo(50 - 16, 6);
    expect(mirrored.keypoints[0]!.x).toBeCloseTo(50 + 16, 6);
    expect([plain.leftScore, mirrored.leftScore]).toEqual([0.25, 0.75]);
  });
});

describe("with a detector", () => {
  const APART: Disc[] = [
    { x: 80, y: 120, radius: 30 },
    { x: 230, y: 110, radius: 40 },
  ];

  function makeBoth(levels = 1): [HandEstimator, BrightnessNetwork, PatchDetector] {
    const [poses, patches] = [new BrightnessNetwork(), new PatchDetector()];
    const detector = new HandDetector(DETECTOR_MODEL, patches.run);
    const detect = (picture: Parameters<HandDetector["detect"]>[0]) => detector.detect(picture, levels);
    return [new HandEstimator(new CropModel(POSE_MODEL, poses.run), detect), poses, patches];
  }

  test("each of two hands is found, looked at three times", async () => {
    const [estimator, poses] = makeBoth();
    const hands = await estimator.find(discsAt(...APART));
    expect(poses.runs).toBe(6);
    const middles = hands.map((hand) => boxCenter(hand.box)).sort((a, b) => a.x - b.x);
    middles.forEach(({ x, y }, i) => {
      expect(Math.hypot(x - APART[i]!.x, y - APART[i]!.y)).toBeLessThan(2);
    });
    expect(hands[0]!.score).toBeCloseTo(0.9 * Math.sqrt(0.8), 5);
  });

  test("a known hand is not found again", async () => {
    const [estimator, poses] = makeBoth();
    const picture = discsAt(...APART);
    const [first, second] = await estimator.find(picture);
    poses.runs = 0;
    expect(await estimator.find(picture, [first!])).toHaveLength(1);
    expect(await estimator.find(picture, [first!, second!])).toEqual([]);
    expect(poses.runs).toBe(3);
  });

  test("what is far from a hand's score is not looked at again", async () => {
    const [estimator, poses, patches] = makeBoth();
    patches.score = 0.42; // .9 x the root of it is .58, a hand
    expect(await estimator.find(discsAt(DISC))).toHaveLength(1);
    const looks = poses.runs;
    patches.score = 0.39; // less than the detector's own limit
    expect(await estimator.find(discsAt(DISC))).toEqual([]);
    expect(poses.runs).toBe(looks);
  });

  test("a closer look is taken where something small is seen, and finds it once", async () => {
    const [estimator, , patches] = makeBoth(2);
    await estimator.find(discsAt());
    expect(patches.runs).toBe(1);
    const hands = await estimator.find(discsAt({ x: 60, y: 30, radius: 20 }));
    expect(hands).toHaveLength(1);
    expect(patches.runs).toBe(3); // the whole, and the one square that holds it
  });
});
