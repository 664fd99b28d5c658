import {
  type Box,
  boxRegion,
  cropTransform,
  type HandRegion,
  pointsRegion,
  uprightDegrees,
} from "./geometry";
import { foundPoints, type HandPose, readPose, type RunNetwork } from "./hand-pose";
import type { BundledModel } from "./model";
import { cutCrop, type Pixels } from "./warp";

/** What is needed to know of a pose model. */
export type PoseModel = Pick<
  BundledModel,
  "imageSize" | "cropScale" | "keypointNames" | "presence" | "minScore" | "keepScore"
>;

/** A pose model that is shown turned squares of a picture and answers in its pixels. */
export class CropModel {
  readonly model: PoseModel;
  readonly #run: RunNetwork;

  constructor(model: PoseModel, run: RunNetwork) {
    this.model = model;
    this.#run = run;
  }

  /** The crop of a hand's tight box, with the model's own margin. */
  boxRegion(box: Box): HandRegion {
    return boxRegion(box, this.model.cropScale);
  }

  /** The crop for another look at a hand: upright, around the points found. */
  poseRegion(hand: HandPose): HandRegion {
    const names = this.model.keypointNames;
    const wrist = hand.keypoints[names.indexOf("wrist")];
    const knuckle = hand.keypoints[names.indexOf("middle_1")];
    const degrees = wrist && knuckle ? uprightDegrees(wrist, knuckle) : 0;
    const found = foundPoints(hand);
    const points = found.length > 0 ? found : hand.keypoints;
    return pointsRegion(points, this.model.cropScale, degrees);
  }

  /** Find one hand a region, in order. */
  async poses(picture: Pixels, regions: readonly HandRegion[]): Promise<HandPose[]> {
    const { imageSize } = this.model;
    const hands: HandPose[] = [];
    for (const region of regions) {
      const crop = cropTransform(region, imageSize);
      const pixels = cutCrop(picture, crop, imageSize);
      const answer = await this.#run(region.mirrored ? mirrored(pixels, imageSize) : pixels);
      hands.push(readPose(answer, crop, imageSize, region.mirrored));
    }
    return hands;
  }
}

/** Swap left and right of a square RGB picture. */
function mirrored(pixels: Float32Array, size: number): Float32Array {
  const swapped = new Float32Array(pixels.length);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const source = 3 * (row * size + size - 1 - column);
      swapped.set(pixels.subarray(source, source + 3), 3 * (row * size + column));
    }
  }
  return swapped;
}
