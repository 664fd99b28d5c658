import { expect, test } from "vitest";

import { explainCameraError } from "../../src/page/camera.ts";
import { FrameRate } from "../../src/page/frame-rate.ts";
import { handWords, shortWords } from "../../src/page/hand-words.ts";
import { colorLegend, keypointColors } from "../../src/page/keypoint-colors.ts";

function named(name: string): Error {
  return Object.assign(new Error("the browser's own words"), { name });
}

test.each([
  ["NotAllowedError", "was refused"],
  ["NotFoundError", "No camera was found"],
  ["NotReadableError", "in use by another app"],
  ["TypeError", "could not be started: the browser's own words"],
])("%s is explained", (name, words) => {
  expect(explainCameraError(named(name))).toContain(words);
});

test("the frame rate is that of the last second", () => {
  const rate = new FrameRate();
  expect(rate.tick(0)).toBe(0);
  let last = 0;
  for (let time = 500; time <= 2000; time += 50) {
    last = rate.tick(time);
  }
  expect(last).toBeCloseTo(20, 6);
});

test("fingers have the colours that Python draws, other points go around the circle", () => {
  expect(keypointColors(["wrist", "thumb_1"])).toEqual(["rgb(245 245 245)", "rgb(255 96 88)"]);
  expect(new Set(keypointColors(["a", "b", "c", "d"])).size).toBe(4);
});

test("each colour of a hand is explained once, and every other point", () => {
  expect([...colorLegend(["wrist", "thumb_1", "thumb_2"]).keys()]).toEqual(["wrist", "thumb"]);
  expect([...colorLegend(["tail_1", "tail_2"]).keys()]).toEqual(["tail_1", "tail_2"]);
});

test.each([
  [null, null, "#2 0.98", "Hand 2, score 0.98"],
  [0.7, 5, "#5 left 0.98", "Hand 5, left, score 0.98"],
  [0.2, null, "#2 right 0.98", "Hand 2, right, score 0.98"],
])("a hand in words: left %s, id %s", (leftScore, id, short, long) => {
  const box = { x: 0, y: 0, width: 1, height: 1 };
  const hand = { keypoints: [], scores: [], box, score: 0.978, leftScore, id };
  expect(shortWords(hand, 1)).toBe(short);
  expect(handWords(hand, 1)).toBe(long);
});
