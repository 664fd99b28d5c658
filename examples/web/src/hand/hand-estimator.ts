import { combinedPose } from "./combined-pose";
import { PROMISING, TOWARDS_POINTS, WIDER } from "./constants";
import type { CropModel, PoseModel } from "./crop-model";
import { type Box, type HandRegion, regionTowards } from "./geometry";
import {
  type Detect,
  DetectorFinder,
  type FoundHand,
  type HandFinder,
  scored,
  WholePictureFinder,
} from "./hand-finder";
import { dropDuplicates } from "./hand-overlap";
import type { HandPose } from "./hand-pose";
import type { Pixels } from "./warp";

/** Finds the hands of a picture, as `handypose_tf.HandPoseEstimator` does. */
export class HandEstimator {
  readonly #model: CropModel;
  readonly #finder: HandFinder;

  /**
   * @param model Of poses.
   * @param detect Finds where hands are; without, the whole picture is searched for one.
   */
  constructor(model: CropModel, detect: Detect | null) {
    this.#model = model;
    this.#finder =
      detect === null ? new WholePictureFinder(model) : new DetectorFinder(detect, model);
  }

  /** What a hand must score. */
  get limits(): Pick<PoseModel, "minScore" | "keepScore"> {
    return this.#model.model;
  }

  /** Find the keypoints of the hand in a tight box, whatever their scores. */
  async inBox(picture: Pixels, box: Box): Promise<HandPose> {
    const region = this.#model.boxRegion(box);
    const [pose] = await this.#model.poses(picture, [region]);
    const [hand] = await this.#lookAgain(picture, [{ pose: pose!, region, certainty: 1 }]);
    return hand!.pose;
  }

  /** Find the hands of a whole picture besides known ones, the best first, each once. */
  async find(picture: Pixels, known: readonly HandPose[] = []): Promise<HandPose[]> {
    let found = await this.#finder.find(picture, known);
    if (this.#finder.isRough) {
      found = await this.#lookAgain(picture, this.#promising(found, known));
    }
    const hands = bestFirst(found.map(scored));
    return dropDuplicates(hands.filter((hand) => hand.score >= this.limits.minScore), known);
  }

  /** Find one hand a region, in order. */
  predictRegions(picture: Pixels, regions: readonly HandRegion[]): Promise<HandPose[]> {
    return this.#model.poses(picture, regions);
  }

  /** Where to look for a hand in the next frame. */
  nextRegion(hand: HandPose): HandRegion {
    return this.#model.poseRegion(hand);
  }

  /** Leave out what another look makes no hand, and what is seen twice. */
  #promising(found: readonly FoundHand[], known: readonly HandPose[]): FoundHand[] {
    const least = PROMISING * this.limits.minScore;
    const kept: FoundHand[] = [];
    for (const hand of [...found].sort((a, b) => scored(b).score - scored(a).score)) {
      const others = [...known, ...kept.map((other) => other.pose)];
      if (scored(hand).score >= least && dropDuplicates([hand.pose], others).length > 0) {
        kept.push(hand);
      }
    }
    return kept;
  }

  /** Look at each hand upright, mirrored first, then as it is; combine all looks. */
  async #lookAgain(picture: Pixels, hands: readonly FoundHand[]): Promise<FoundHand[]> {
    const found: FoundHand[] = [];
    for (const hand of hands) {
      const looks = [hand.pose];
      let { pose, region } = hand;
      for (const mirrored of [true, false]) {
        const next = regionTowards(region, this.nextRegion(pose), TOWARDS_POINTS);
        region = { ...next, side: WIDER * next.side, mirrored };
        [pose] = (await this.#model.poses(picture, [region])) as [HandPose];
        looks.push(pose);
      }
      found.push({ ...hand, pose: combinedPose(looks, this.#model.model.presence) });
    }
    return found;
  }
}

function bestFirst(hands: readonly HandPose[]): HandPose[] {
  return [...hands].sort((a, b) => b.score - a.score);
}
