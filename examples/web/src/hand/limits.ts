/** What a hand must score, as `handypose_tf.inference.thresholds` has it. */

import { KEEP_PRESENCE, KEEP_SCORE, MIN_HAND_SCORE, MIN_PRESENCE } from "./constants.ts";

/** Of one that is found in a picture, and of one that is followed further. */
export interface HandLimits {
  readonly minScore: number;
  readonly keepScore: number;
}

/** The limits that a model's metadata name, or those of its kind. */
export function handLimits(metadata: {
  readonly presence?: boolean;
  readonly decode?: { readonly min_score?: number; readonly keep_score?: number };
}): HandLimits {
  const [least, keep] = metadata.presence
    ? [MIN_PRESENCE, KEEP_PRESENCE]
    : [MIN_HAND_SCORE, KEEP_SCORE];
  const minScore = metadata.decode?.min_score ?? least;
  const keepScore = metadata.decode?.keep_score ?? Math.min(keep, (minScore * keep) / least);
  return { minScore, keepScore };
}
