/** What the page needs to know of a `.tflite` file: its `metadata.json`, read by the build. */
export interface BundledFile {
  /** File name without ending, e.g. `handypose_mediapipe_full_192_float16`. */
  readonly name: string;
  /** Address relative to the page. */
  readonly file: string;
  readonly bytes: number;
  /** Side of the square input, pixels. */
  readonly imageSize: number;
  /** What a hand must score to be found. */
  readonly minScore: number;
}

/** A model that finds where hands are. */
export type BundledDetector = BundledFile;

/** A model that finds a hand's keypoints. */
export interface BundledModel extends BundledFile {
  readonly preset: string;
  readonly precision: string;
  /** Side of the square crop over the longer side of the hand's tight box. */
  readonly cropScale: number;
  readonly keypointNames: readonly string[];
  /** Bones as pairs of keypoint indices. */
  readonly skeleton: readonly (readonly [number, number])[];
  /** Whether it tells the chance of a hand, and that of a left one. */
  readonly presence: boolean;
  readonly handedness: boolean;
  /** What a hand must score to be followed further. */
  readonly keepScore: number;
  /** Whether the weights were trained on hands. */
  readonly trained: boolean;
}
