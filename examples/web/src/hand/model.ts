/** What the page needs to know of a model: its `metadata.json`, read by the build. */
export interface BundledModel {
  /** File name without ending, e.g. `handypose_lite0_224_float16`. */
  readonly name: string;
  /** Address relative to the page. */
  readonly file: string;
  readonly bytes: number;
  readonly preset: string;
  readonly precision: string;
  /** Side of the square input, pixels. */
  readonly imageSize: number;
  /** Side of the square crop over the longer side of the hand's tight box. */
  readonly cropScale: number;
  readonly keypointNames: readonly string[];
  /** Bones as pairs of keypoint indices. */
  readonly skeleton: readonly (readonly [number, number])[];
  /** What a hand must score to be found, and to be followed further. */
  readonly minScore: number;
  readonly keepScore: number;
  /** Whether the weights were trained on hands. */
  readonly trained: boolean;
}
