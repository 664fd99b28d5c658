import { CUT_MARGIN, HINT_SCORE, HINT_SIZE, MAX_OVERLAP } from "./constants";
import {
  type Box,
  boxOverlap,
  boxRegion,
  type CropTransform,
  cropTransform,
  pictureBox,
  type Point,
  toPicture,
} from "./geometry";
import type { RunNetwork } from "./hand-pose";
import type { BundledDetector } from "./model";
import { cutTile, isInTile, pictureLevels, type Tile, tileSide } from "./picture-tiles";
import { cutCrop, type Pixels } from "./warp";

/** A hand in a picture; `x`, `y` is the middle of its tight box. */
export interface DetectedHand extends Point {
  /** Longer side of the box. */
  readonly size: number;
  /** Counter-clockwise turn after which the middle knuckle is above the wrist. */
  readonly degrees: number;
  readonly score: number;
  readonly box: Box;
}

/** Numbers a hand: x, y, width, height, cosine, sine, score. */
const NUM_FACTS = 7;

/** What the detector needs to know of its model. */
export type DetectorModel = Pick<BundledDetector, "imageSize" | "minScore">;

/** Finds where a picture's hands are, as `handypose_tf.HandDetector` does. */
export class HandDetector {
  readonly #model: DetectorModel;
  readonly #run: RunNetwork;

  constructor(model: DetectorModel, run: RunNetwork) {
    this.#model = model;
    this.#run = run;
  }

  /**
   * Find the hands of a picture, the best first.
   *
   * @param levels 1 looks at the whole picture, 2 also at squares of .6 of its longer
   *   side where the level before saw something, and so on.
   */
  async detect(picture: Pixels, levels: number): Promise<DetectedHand[]> {
    const { width, height } = picture;
    const hands: DetectedHand[] = [];
    let hints: DetectedHand[] | null = null;
    for (const tiles of pictureLevels(width, height, levels)) {
      const seen: DetectedHand[] = [];
      for (const tile of tiles.filter((tile) => isWorth(tile, hints))) {
        const found = await this.#look(picture, tile);
        const sure = found.filter((hand) => hand.score >= this.#model.minScore);
        hands.push(...wholeHands(sure, tile, width, height));
        seen.push(...found);
      }
      hints = [...(hints ?? []), ...seen];
    }
    return suppressOverlapping(hands.sort((a, b) => b.score - a.score));
  }

  /** Find hands, and what may be some, of a part, in the picture's pixels. */
  async #look(picture: Pixels, tile: Tile): Promise<DetectedHand[]> {
    const { imageSize, minScore } = this.#model;
    const part = cutTile(picture, tile);
    const laid = cropTransform(boxRegion(pictureBox(part.width, part.height), 1), imageSize);
    const { hands } = await this.#run(cutCrop(part, laid, imageSize));
    if (hands === undefined) {
      throw new Error("the detector lacks an output 'hands'; export it again");
    }
    if (!hands.every(Number.isFinite)) {
      throw new Error("the detector gives NaN; export it again");
    }
    const least = Math.min(minScore, HINT_SCORE);
    return placeHands(hands, laid, imageSize, least).map((hand) => movedBy(hand, tile));
  }
}

/** Move what a detector found to its picture, the best first and each hand once. */
export function placeHands(
  found: Float32Array,
  laid: CropTransform,
  size: number,
  least: number,
): DetectedHand[] {
  const rows = Array.from({ length: found.length / NUM_FACTS }, (_, i) =>
    found.subarray(NUM_FACTS * i, NUM_FACTS * (i + 1)),
  );
  const hands = rows.filter((row) => row[6]! >= least).map((row) => place(row, laid, size));
  return suppressOverlapping(hands.sort((a, b) => b.score - a.score));
}

function place(row: Float32Array, laid: CropTransform, size: number): DetectedHand {
  const [x, y, width, height, cos, sin, score] = [...row];
  const center = toPicture({ x: x! * size - 0.5, y: y! * size - 0.5 }, laid);
  const [wide, high] = [(width! * size) / laid.cos, (height! * size) / laid.cos];
  return {
    ...center,
    size: Math.max(wide, high),
    degrees: (Math.atan2(cos!, -sin!) * 180) / Math.PI,
    score: Math.min(Math.max(score!, 0), 1),
    box: { x: center.x - wide / 2, y: center.y - high / 2, width: wide, height: high },
  };
}

function movedBy(hand: DetectedHand, { left, top }: Tile): DetectedHand {
  const box = { ...hand.box, x: hand.box.x + left, y: hand.box.y + top };
  return { ...hand, x: hand.x + left, y: hand.y + top, box };
}

/** Tell whether a closer look at a tile may find more than the levels before saw. */
function isWorth(tile: Tile, hints: readonly DetectedHand[] | null): boolean {
  return (
    hints === null ||
    hints.some(
      (hint) =>
        hint.score >= HINT_SCORE && hint.size < HINT_SIZE * tileSide(tile) && isInTile(hint, tile),
    )
  );
}

/** Leave out hands that a tile's inner border cuts: another tile has them whole. */
function wholeHands(
  hands: readonly DetectedHand[],
  tile: Tile,
  width: number,
  height: number,
): DetectedHand[] {
  const margin = CUT_MARGIN * tileSide(tile);
  const isCut = ({ box }: DetectedHand) =>
    (tile.left > 0 && box.x < tile.left + margin) ||
    (tile.top > 0 && box.y < tile.top + margin) ||
    (tile.right < width && box.x + box.width > tile.right - margin) ||
    (tile.bottom < height && box.y + box.height > tile.bottom - margin);
  return hands.filter((hand) => !isCut(hand));
}

/** Leave out finds whose box overlaps that of a better one; the best come first. */
function suppressOverlapping(hands: readonly DetectedHand[]): DetectedHand[] {
  const kept: DetectedHand[] = [];
  for (const hand of hands) {
    if (kept.every((other) => boxOverlap(hand.box, other.box) <= MAX_OVERLAP)) {
      kept.push(hand);
    }
  }
  return kept;
}
