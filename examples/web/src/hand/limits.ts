/** What a hand must score, as `handypose_tf.inference.thresholds` has it. */

/** A find in a whole picture whose score is lower is no hand. */
const MIN_HAND_SCORE = 0.3;

/** A followed hand whose score falls below this is lost. */
const KEEP_SCORE = 0.25;

/** The same where the model tells presence, the chance of a hand. */
const MIN_PRESENCE = 0.5;
const KEEP_PRESENCE = 0.3;

export interface HandLimits {
  readonly minScore: number;
  readonly keepScore: number;
}

/** The limits that a model's metadata name, or those of its kind. */
export function handLimits(metadata: {
  readonly presence?: boolean;
  readonly decode?: { readonly min_score?: number; readonly keep_score?: number };
}): HandLimits {
  const [least, keep] = metadata.presence ? [MIN_PRESENCE, KEEP_PRESENCE] : [MIN_HAND_SCORE, KEEP_SCORE];
  const minScore = metadata.decode?.min_score ?? least;
  const keepScore = metadata.decode?.keep_score ?? Math.min(keep, (minScore * keep) / least);
  return { minScore, keepScore };
}
