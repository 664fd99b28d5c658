import { expect, test } from "vitest";

import { explainCameraError } from "../../src/page/camera.ts";
import { FrameRate } from "../../src/page/frame-rate.ts";
import { keypointColors } from "../../src/page/keypoint-colors.ts";

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
