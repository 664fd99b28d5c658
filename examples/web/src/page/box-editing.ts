import type { Box } from "../hand/geometry";

/** Sides of a picture, pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Shorter sides than this share of the picture's longer one cannot be gripped. */
const SHORTEST_SHARE = 0.06;

/** Where a box starts that nobody has placed yet: the middle of the picture. */
export function middleBox({ width, height }: Size): Box {
  const side = Math.min(width, height) / 2;
  return { x: (width - side) / 2, y: (height - side) / 2, width: side, height: side };
}

/** Move a box, as far as it stays inside the picture. */
export function moveBox(box: Box, dx: number, dy: number, picture: Size): Box {
  return {
    ...box,
    x: clip(box.x + dx, 0, picture.width - box.width),
    y: clip(box.y + dy, 0, picture.height - box.height),
  };
}

/**
 * Move one corner of a box, the opposite one stays.
 *
 * @param corner `top` or `bottom`, and `left` or `right`.
 */
export function moveCorner(box: Box, corner: string, dx: number, dy: number, picture: Size): Box {
  const shortest = SHORTEST_SHARE * Math.max(picture.width, picture.height);
  const [x, width] = moveEdge(box.x, box.width, dx, corner.includes("left"), picture.width, shortest);
  const [y, height] = moveEdge(box.y, box.height, dy, corner.includes("top"), picture.height, shortest);
  return { x, y, width, height };
}

/** Move one end of a span; returns its start and length. */
function moveEdge(
  start: number,
  length: number,
  by: number,
  isStart: boolean,
  bound: number,
  shortest: number,
): [number, number] {
  const end = start + length;
  if (isStart) {
    const moved = clip(start + by, 0, end - shortest);
    return [moved, end - moved];
  }
  return [start, clip(end + by, start + shortest, bound) - start];
}

function clip(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}
