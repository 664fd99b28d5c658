import { type Box, type CropTransform, longerSide, type Point, tightBox, toPicture } from "./geometry";
import { FOUND_SCORE, FOUND_SHARE } from "./constants";

/** One hand, in the pixels of the picture that was given. */
export interface HandPose {
  readonly keypoints: readonly Point[];
  /** One a keypoint, 0..1. */
  readonly scores: readonly number[];
  /** Tight box of the keypoints. */
  readonly box: Box;
  /**
   * Of the whole hand: its presence where the model tells it; else the mean of `scores`,
   * and where a detector found the hand times the root of its score.
   */
  readonly score: number;
  /** Chance that it is a left hand, where the model tells it. */
  readonly leftScore: number | null;
  /** Number that a hand keeps from frame to frame; `null` in single pictures. */
  readonly id: number | null;
}

/** What a network says of a crop, by the names of its outputs, each of one picture. */
export type NetworkAnswer = Readonly<Record<string, Float32Array>>;

/** Runs a network on its input: RGB 0..255, row by row. */
export type RunNetwork = (input: Float32Array) => Promise<NetworkAnswer>;

/**
 * Read a pose model's answer: `keypoints`, per point x and y in 0..1 of the crop and a
 * score; `presence` and `is_left` where the model tells them.
 *
 * @param crop The crop that the model saw.
 * @param size Side of the crop in its own pixels.
 * @param mirrored Whether the model saw the crop mirrored.
 */
export function readPose(
  answer: NetworkAnswer,
  crop: CropTransform,
  size: number,
  mirrored = false,
): HandPose {
  const output = answer["keypoints"];
  if (output === undefined) {
    throw new Error("the model lacks an output 'keypoints'; export it again");
  }
  if (!Object.values(answer).every((values) => values.every(Number.isFinite))) {
    throw new Error("the model gives NaN; export it again");
  }
  const keypoints: Point[] = [];
  const scores: number[] = [];
  for (let i = 0; i < output.length; i += 3) {
    const x = output[i]! * size - 0.5;
    const pixel = { x: mirrored ? size - 1 - x : x, y: output[i + 1]! * size - 0.5 };
    keypoints.push(toPicture(pixel, crop));
    scores.push(clipped(output[i + 2]!));
  }
  const score = clipped(answer["presence"]?.[0] ?? mean(scores));
  const left = answer["is_left"]?.[0] ?? null;
  const leftScore = mirrored && left !== null ? 1 - left : left;
  return { keypoints, scores, box: tightBox(keypoints), score, leftScore, id: null };
}

/** Mean of the points' scores: how good the keypoints are, if it is a hand. */
export function pointsScore({ scores }: HandPose): number {
  return mean(scores);
}

/** That of two looks at a hand whose keypoints are the surer, or the second. */
export function betterPose(first: HandPose, second: HandPose): HandPose {
  return pointsScore(second) >= pointsScore(first) ? second : first;
}

/** The points that were found; none if they are too few to place a crop by. */
export function foundPoints({ keypoints, scores }: HandPose): Point[] {
  const found = keypoints.filter((_, i) => scores[i]! >= FOUND_SCORE);
  return found.length >= FOUND_SHARE * keypoints.length ? found : [];
}

/** Size of two hands together: the geometric mean of both. */
export function commonSize(one: HandPose, other: HandPose): number {
  return Math.sqrt(longerSide(one.box) * longerSide(other.box));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function clipped(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
