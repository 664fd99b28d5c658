import { expect, test } from "vitest";

import { middleBox, moveBox, moveCorner } from "../../src/page/box-editing.ts";

const PICTURE = { width: 640, height: 480 };
const BOX = { x: 100, y: 100, width: 200, height: 150 };

test("a new box lies in the middle", () => {
  expect(middleBox(PICTURE)).toEqual({ x: 200, y: 120, width: 240, height: 240 });
});

test.each([
  [10, -20, 110, 80],
  [-500, 0, 0, 100],
  [900, 900, 440, 330],
])("moving by %i, %i puts it at %i, %i, inside the picture", (dx, dy, x, y) => {
  expect(moveBox(BOX, dx, dy, PICTURE)).toEqual({ ...BOX, x, y });
});

test.each([
  ["top left", -20, -10, { x: 80, y: 90, width: 220, height: 160 }],
  ["top right", 20, 30, { x: 100, y: 130, width: 220, height: 120 }],
  ["bottom left", 20, 30, { x: 120, y: 100, width: 180, height: 180 }],
  ["bottom right", 900, 900, { x: 100, y: 100, width: 540, height: 380 }],
])("moving the corner %s leaves the opposite one", (corner, dx, dy, expected) => {
  expect(moveCorner(BOX, corner, dx, dy, PICTURE)).toEqual(expected);
});

test("a box cannot be turned inside out", () => {
  const { width, height } = moveCorner(BOX, "bottom right", -900, -900, PICTURE);
  expect(width).toBeCloseTo(38.4, 9); // 6 % of 640
  expect(height).toBeCloseTo(38.4, 9);
});
