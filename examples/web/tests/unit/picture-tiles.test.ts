import { expect, test } from "vitest";

import { cutTile, pictureLevels } from "../../src/hand/picture-tiles.ts";

/** What `handypose_tf.inference.picture_tiles` gives: left and right, top and bottom. */
const SPANS = [
  [[[0, 641]], [[0, 479]]],
  [[[0, 385], [256, 641]], [[0, 385], [94, 479]]],
  [
    [[0, 231], [137, 368], [273, 504], [410, 641]],
    [[0, 231], [124, 355], [248, 479]],
  ],
] as const;

test("squares are Python's", () => {
  const levels = pictureLevels(641, 479, 3);
  SPANS.forEach(([columns, rows], level) => {
    const tiles = rows.flatMap(([top, bottom]) =>
      columns.map(([left, right]) => ({ left, top, right, bottom })),
    );
    expect(levels[level]).toEqual(tiles);
  });
});

test("a tile's pixels are the picture's", () => {
  const data = Uint8ClampedArray.from({ length: 4 * 5 * 3 }, (_, i) => i);
  const tile = cutTile({ width: 5, height: 3, data }, { left: 2, top: 1, right: 4, bottom: 3 });
  expect([tile.width, tile.height]).toEqual([2, 2]);
  expect([...tile.data]).toEqual([...data.slice(28, 36), ...data.slice(48, 56)]);
});
