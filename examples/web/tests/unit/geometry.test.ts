import { expect, test } from "vitest";

import {
  boxRegion,
  cropTransform,
  pictureBox,
  pointsRegion,
  tightBox,
  toCrop,
  toPicture,
  uprightDegrees,
} from "../../src/hand/geometry.ts";

test("the tight box spans the outermost points", () => {
  const points = [
    { x: 3, y: 9 },
    { x: -1, y: 4 },
    { x: 7, y: 5 },
  ];
  expect(tightBox(points)).toEqual({ x: -1, y: 4, width: 8, height: 5 });
});

test("a crop of the whole picture maps corner to corner", () => {
  const crop = cropTransform(boxRegion(pictureBox(640, 480), 1), 192);
  expect(crop.cos).toBeCloseTo(0.3, 12); // as box_crop_matrix gives them in Python
  expect(crop.sin).toBe(0);
  expect(crop.shiftX).toBeCloseTo(-0.35, 12);
  expect(crop.shiftY).toBeCloseTo(23.65, 12);
});

test("the middle of a turned crop is the middle of its region", () => {
  const crop = cropTransform({ x: 30, y: 35, side: 60, degrees: 40 }, 192);
  const middle = toPicture({ x: 95.5, y: 95.5 }, crop);
  expect(middle.x).toBeCloseTo(30, 10);
  expect(middle.y).toBeCloseTo(35, 10);
});

test("toCrop and toPicture undo each other", () => {
  const crop = cropTransform({ x: 3, y: -8, side: 41, degrees: -130 }, 192);
  const there = toPicture(toCrop({ x: 12.5, y: 7.25 }, crop), crop);
  expect(there.x).toBeCloseTo(12.5, 10);
  expect(there.y).toBeCloseTo(7.25, 10);
});

test.each([
  [{ x: 0, y: -5 }, 0],
  [{ x: 5, y: 0 }, 90],
  [{ x: -5, y: 0 }, -90],
  [{ x: 3, y: 3 }, 135],
])("a knuckle at %o of the wrist is above it after %i degrees", (knuckle, degrees) => {
  const wrist = { x: 20, y: 30 };
  const placed = { x: wrist.x + knuckle.x, y: wrist.y + knuckle.y };
  expect(uprightDegrees(wrist, placed)).toBeCloseTo(degrees, 10);
  const crop = cropTransform({ ...wrist, side: 40, degrees }, 192);
  expect(toCrop(placed, crop).x).toBeCloseTo(toCrop(wrist, crop).x, 8);
  expect(toCrop(placed, crop).y).toBeLessThan(toCrop(wrist, crop).y);
});

test("the region of points is the square around their turned box", () => {
  const diagonal = [
    { x: 10, y: 10 },
    { x: 20, y: 20 },
  ];
  const region = pointsRegion(diagonal, 1.5, 45); // lies down on a side
  expect(region.x).toBeCloseTo(15, 10);
  expect(region.y).toBeCloseTo(15, 10);
  expect(region.side).toBeCloseTo(1.5 * Math.hypot(10, 10), 10);
  expect(pointsRegion([{ x: 4, y: 4 }], 1.5, 0).side).toBe(1);
});

test("a box without sides is refused", () => {
  expect(() => boxRegion({ x: 1, y: 1, width: 0, height: 0 }, 1.5)).toThrow("above 0");
});
