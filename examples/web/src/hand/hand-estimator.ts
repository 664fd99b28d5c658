import { type Box, cropTransform, pictureBox } from "./geometry";
import { foundBox, type HandPose, readPose } from "./hand-pose";
import type { BundledModel } from "./model";
import { cutCrop, type Pixels } from "./warp";

/** Runs a network on a crop (RGB 0..255); returns x, y (0..1) and score per keypoint. */
export type RunNetwork = (crop: Float32Array) => Promise<Float32Array>;

/** Without a box, a find whose mean score is lower is no hand. */
const MIN_HAND_SCORE = 0.1;

type ModelInput = Pick<BundledModel, "imageSize" | "cropScale">;

/**
 * Finds a hand in a picture, as `handypose_tf.HandPoseEstimator` does, and follows it
 * from frame to frame.
 */
export class HandEstimator {
  readonly #model: ModelInput;
  readonly #run: RunNetwork;
  #followed: HandPose | null = null;

  constructor(model: ModelInput, run: RunNetwork) {
    this.#model = model;
    this.#run = run;
  }

  /** Find the keypoints of the hand in a tight box, whatever their scores. */
  inBox(picture: Pixels, box: Box): Promise<HandPose> {
    return this.#look(picture, box, this.#model.cropScale);
  }

  /** Look at the whole picture, then again around what was found. */
  async search(picture: Pixels): Promise<HandPose | null> {
    const whole = pictureBox(picture.width, picture.height);
    let best = await this.#look(picture, whole, 1);
    const box = foundBox(best, Math.max(picture.width, picture.height));
    if (box !== null) {
      const closer = await this.inBox(picture, box);
      best = closer.score >= best.score ? closer : best;
    }
    return best.score >= MIN_HAND_SCORE ? best : null;
  }

  /** Look where the hand was in the last frame; search if it is not there any more. */
  async follow(frame: Pixels): Promise<HandPose | null> {
    const followed = this.#followed && (await this.#lookNear(frame, this.#followed.box));
    this.#followed = followed ?? (await this.search(frame));
    return this.#followed;
  }

  /** Forget the hand that was followed: the next frame is another film's. */
  forget(): void {
    this.#followed = null;
  }

  async #lookNear(frame: Pixels, box: Box): Promise<HandPose | null> {
    const hand = await this.inBox(frame, box);
    const cropSide = this.#model.cropScale * Math.max(box.width, box.height);
    const isThere = hand.score >= MIN_HAND_SCORE && foundBox(hand, cropSide) !== null;
    return isThere ? hand : null;
  }

  async #look(picture: Pixels, box: Box, scale: number): Promise<HandPose> {
    const { imageSize } = this.#model;
    const crop = cropTransform(box, imageSize, scale);
    const output = await this.#run(cutCrop(picture, crop, imageSize));
    return readPose(output, crop, imageSize);
  }
}
