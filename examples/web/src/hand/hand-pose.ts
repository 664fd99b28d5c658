import { type Box, type CropTransform, type Point, tightBox, toPicture } from "./geometry";

/** One hand, in the pixels of the picture that was given. */
export interface HandPose {
  readonly keypoints: readonly Point[];
  /** One a keypoint, 0..1. */
  readonly scores: readonly number[];
  /** Tight box of the keypoints. */
  readonly box: Box;
  /** Of the whole hand: its presence where the model tells it, else the mean of the scores. */
  readonly score: number;
  /** Mean of the scores: how good the keypoints are, if it is a hand. */
  readonly pointsScore: number;
}

/** What a network says of a crop. */
export interface NetworkAnswer {
  /** Per keypoint x and y in 0..1 of the crop and a score. */
  readonly keypoints: Float32Array;
  /** Chance that the crop shows a hand, where the model tells it. */
  readonly presence?: number;
}

/** A point with this score counts as found. */
const FOUND_SCORE = 0.2;

/** This share of the points must be found for a crop around them. */
const FOUND_SHARE = 0.25;

/**
 * Read a model's answer.
 *
 * @param crop The crop that the model saw.
 * @param size Side of the crop in its own pixels.
 */
export function readPose(answer: NetworkAnswer, crop: CropTransform, size: number): HandPose {
  const { keypoints: output, presence } = answer;
  if (!output.every(Number.isFinite) || !Number.isFinite(presence ?? 0)) {
    throw new Error("the model gives NaN; export it again");
  }
  const keypoints: Point[] = [];
  const scores: number[] = [];
  for (let i = 0; i < output.length; i += 3) {
    const pixel = { x: output[i]! * size - 0.5, y: output[i + 1]! * size - 0.5 };
    keypoints.push(toPicture(pixel, crop));
    scores.push(Math.min(Math.max(output[i + 2]!, 0), 1));
  }
  const pointsScore = scores.reduce((sum, value) => sum + value, 0) / scores.length;
  return { keypoints, scores, box: tightBox(keypoints), score: presence ?? pointsScore, pointsScore };
}

/** The points that were found; none if they are too few to place a crop by. */
export function foundPoints({ keypoints, scores }: HandPose): Point[] {
  const found = keypoints.filter((_, i) => scores[i]! >= FOUND_SCORE);
  return found.length >= FOUND_SHARE * keypoints.length ? found : [];
}
