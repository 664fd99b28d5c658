/** Telling whether two predictions are of one hand. */

import { SAME_BOX_OVERLAP, SAME_KEYPOINT_DISTANCE } from "./constants";
import { boxOverlap, meanDistance } from "./geometry";
import { commonSize, type HandPose } from "./hand-pose";

/** Tell whether two predictions show one hand: by their boxes, or by their keypoints. */
export function isSameHand(one: HandPose, other: HandPose): boolean {
  if (boxOverlap(one.box, other.box) > SAME_BOX_OVERLAP) {
    return true;
  }
  const distance = meanDistance(one.keypoints, other.keypoints);
  return distance < SAME_KEYPOINT_DISTANCE * commonSize(one, other);
}

/**
 * Keep the first prediction of each hand.
 *
 * @param hands The preferred first.
 * @param known Hands that are there already; they are not returned.
 */
export function dropDuplicates(
  hands: readonly HandPose[],
  known: readonly HandPose[] = [],
): HandPose[] {
  const kept: HandPose[] = [];
  for (const hand of hands) {
    if (![...known, ...kept].some((other) => isSameHand(hand, other))) {
      kept.push(hand);
    }
  }
  return kept;
}
