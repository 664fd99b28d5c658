import { expect, test } from "vitest";

import { cropTransform, pictureBox, tightBox, toPicture } from "../../src/hand/geometry.ts";

test("the tight box spans the outermost points", () => {
  const points = [
    { x: 3, y: 9 },
    { x: -1, y: 4 },
    { x: 7, y: 5 },
  ];
  expect(tightBox(points)).toEqual({ x: -1, y: 4, width: 8, height: 5 });
});

test("a crop of the whole picture maps corner to corner", () => {
  const crop = cropTransform(pictureBox(640, 480), 192, 1);
  expect(crop.scale).toBeCloseTo(0.3, 12);
  expect(crop.shiftX).toBeCloseTo(-0.35, 12); // as box_crop_matrix gives them in Python
  expect(crop.shiftY).toBeCloseTo(23.65, 12);
});

test("the middle of the crop is the middle of the box", () => {
  const crop = cropTransform({ x: 10, y: 20, width: 40, height: 30 }, 192, 1.5);
  const middle = toPicture({ x: 95.5, y: 95.5 }, crop);
  expect(middle.x).toBeCloseTo(30, 10);
  expect(middle.y).toBeCloseTo(35, 10);
});

test("a box without sides is refused", () => {
  expect(() => cropTransform({ x: 1, y: 1, width: 0, height: 0 }, 192, 1.5)).toThrow("above 0");
});
