/** Finding the hands of a whole picture: by a detector, or by the pose model alone. */

import { FOUND_SPREAD, SAME_BOX_OVERLAP } from "./constants";
import type { CropModel } from "./crop-model";
import {
  boxOverlap,
  boxRegion,
  type HandRegion,
  longerSide,
  pictureBox,
  tightBox,
} from "./geometry";
import type { DetectedHand } from "./hand-detector";
import { betterPose, foundPoints, type HandPose } from "./hand-pose";
import type { Pixels } from "./warp";

/** A hand, where it was looked for last, and what a detector says of it, 0..1. */
export interface FoundHand {
  readonly pose: HandPose;
  readonly region: HandRegion;
  readonly certainty: number;
}

/** Finds hands besides the known ones, perhaps several predictions of one. */
export interface HandFinder {
  /** Whether hands are worth another look. */
  readonly isRough: boolean;
  find(picture: Pixels, known: readonly HandPose[]): Promise<FoundHand[]>;
}

/** The pose with a score that both models have a part in. */
export function scored({ pose, certainty }: FoundHand): HandPose {
  return { ...pose, score: pose.score * Math.sqrt(certainty) };
}

/** Finds one hand without a detector: a look at the whole picture, then a closer. */
export class WholePictureFinder implements HandFinder {
  readonly isRough = false;
  readonly #model: CropModel;

  constructor(model: CropModel) {
    this.#model = model;
  }

  async find(picture: Pixels): Promise<FoundHand[]> {
    const { width, height } = picture;
    const whole = boxRegion(pictureBox(width, height), 1);
    const [first] = await this.#model.poses(picture, [whole]);
    if (foundSpread(first!) < FOUND_SPREAD * Math.max(width, height)) {
      return [{ pose: first!, region: whole, certainty: 1 }];
    }
    const closer = this.#model.poseRegion(first!);
    const [second] = await this.#model.poses(picture, [closer]);
    return [{ pose: betterPose(first!, second!), region: closer, certainty: 1 }];
  }
}

/** The longer side of the box of the points found; 0 if they are too few. */
function foundSpread(hand: HandPose): number {
  const found = foundPoints(hand);
  return found.length > 0 ? longerSide(tightBox(found)) : 0;
}

/** Where the hands of a picture are, the best first. */
export type Detect = (picture: Pixels) => Promise<readonly DetectedHand[]>;

/** Finds hands by a detector, then their keypoints in a crop each, not turned. */
export class DetectorFinder implements HandFinder {
  readonly isRough = true;
  readonly #detect: Detect;
  readonly #model: CropModel;

  constructor(detect: Detect, model: CropModel) {
    this.#detect = detect;
    this.#model = model;
  }

  async find(picture: Pixels, known: readonly HandPose[]): Promise<FoundHand[]> {
    const { cropScale, presence } = this.#model.model;
    const found: FoundHand[] = [];
    for (const hand of await this.#detect(picture)) {
      if (known.some((other) => boxOverlap(hand.box, other.box) > SAME_BOX_OVERLAP)) {
        continue;
      }
      const { x, y, size, score } = hand;
      const region = { x, y, side: cropScale * size, degrees: 0 };
      const [pose] = await this.#model.poses(picture, [region]);
      found.push({ pose: pose!, region, certainty: presence ? 1 : score });
    }
    return found;
  }
}
