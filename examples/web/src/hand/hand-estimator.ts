import {
  type Box,
  boxRegion,
  cropTransform,
  type HandRegion,
  pictureBox,
  type Point,
  pointsRegion,
  tightBox,
  uprightDegrees,
} from "./geometry";
import { foundPoints, type HandPose, type NetworkAnswer, readPose } from "./hand-pose";
import type { BundledModel } from "./model";
import { OneEuroFilter } from "./one-euro-filter";
import { cutCrop, type Pixels } from "./warp";

/** Runs a network on a crop (RGB 0..255). */
export type RunNetwork = (crop: Float32Array) => Promise<NetworkAnswer>;

/** What the estimator needs to know of a model. */
export type PoseModel = Pick<
  BundledModel,
  "imageSize" | "cropScale" | "keypointNames" | "minScore" | "keepScore"
>;

/** Points found in a whole picture must spread over this share of it for a closer look. */
const FOUND_SPREAD = 0.05;

/**
 * Finds a hand in a picture, as `handypose_tf.HandPoseEstimator` does without a detector,
 * and follows it from frame to frame.
 */
export class HandEstimator {
  readonly #model: PoseModel;
  readonly #run: RunNetwork;
  /** As the network found it: the crops follow what is not smoothed. */
  #followed: HandPose | null = null;
  #filter = new OneEuroFilter();

  constructor(model: PoseModel, run: RunNetwork) {
    this.#model = model;
    this.#run = run;
  }

  /** Find the keypoints of the hand in a tight box, whatever their scores. */
  inBox(picture: Pixels, box: Box): Promise<HandPose> {
    return this.#look(picture, boxRegion(box, this.#model.cropScale));
  }

  /** Look at the whole picture, then again, upright, around what was found. */
  async search(picture: Pixels): Promise<HandPose | null> {
    const { width, height } = picture;
    let best = await this.#look(picture, boxRegion(pictureBox(width, height), 1));
    if (isSpread(foundPoints(best), FOUND_SPREAD * Math.max(width, height))) {
      const closer = await this.#look(picture, this.#nextRegion(best));
      best = closer.pointsScore >= best.pointsScore ? closer : best;
    }
    return best.score >= this.#model.minScore ? best : null;
  }

  /**
   * Look where the hand was in the last frame; search if it is not there any more.
   *
   * @param seconds Time of the frame, by which the keypoints are smoothed.
   */
  async follow(frame: Pixels, seconds: number): Promise<HandPose | null> {
    if (this.#followed !== null) {
      const hand = await this.#look(frame, this.#nextRegion(this.#followed));
      this.#followed = hand.score >= this.#model.keepScore && isInside(hand, frame) ? hand : null;
    }
    if (this.#followed === null) {
      this.#followed = await this.search(frame);
      this.#filter = new OneEuroFilter();
    }
    return this.#followed && this.#smoothed(this.#followed, seconds);
  }

  /** Forget the hand that was followed: the next frame is another film's. */
  forget(): void {
    this.#followed = null;
  }

  #smoothed(hand: HandPose, seconds: number): HandPose {
    const size = Math.max(hand.box.width, hand.box.height);
    const keypoints = this.#filter.next(hand.keypoints, size, seconds);
    return { ...hand, keypoints, box: tightBox(keypoints) };
  }

  /** Where to look for a hand again: upright, around the points found. */
  #nextRegion(hand: HandPose): HandRegion {
    const names = this.#model.keypointNames;
    const wrist = hand.keypoints[names.indexOf("wrist")];
    const knuckle = hand.keypoints[names.indexOf("middle_1")];
    const degrees = wrist && knuckle ? uprightDegrees(wrist, knuckle) : 0;
    const found = foundPoints(hand);
    const points = found.length > 0 ? found : hand.keypoints;
    return pointsRegion(points, this.#model.cropScale, degrees);
  }

  async #look(picture: Pixels, region: HandRegion): Promise<HandPose> {
    const { imageSize } = this.#model;
    const crop = cropTransform(region, imageSize);
    const output = await this.#run(cutCrop(picture, crop, imageSize));
    return readPose(output, crop, imageSize);
  }
}

function isSpread(points: readonly Point[], side: number): boolean {
  if (points.length === 0) {
    return false;
  }
  const box = tightBox(points);
  return Math.max(box.width, box.height) >= side;
}

function isInside({ box }: HandPose, frame: Pixels): boolean {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  return x >= 0 && y >= 0 && x < frame.width && y < frame.height;
}
