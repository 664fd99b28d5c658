/** What the page and the worker that runs the networks say to each other. */

import type { Box } from "./geometry";
import type { HandPose } from "./hand-pose";
import type { BundledDetector, BundledModel } from "./model";

/** How to look for hands: in the whole picture, in a box, or from frame to frame. */
export type Task =
  | { readonly kind: "search" }
  | { readonly kind: "box"; readonly box: Box }
  /** Time of the frame, not before that of the one before. */
  | { readonly kind: "follow"; readonly seconds: number };

export type Order =
  | {
      readonly kind: "load";
      readonly model: BundledModel;
      readonly detector: BundledDetector | null;
      readonly pageUrl: string;
    }
  | { readonly kind: "find"; readonly task: Task; readonly frame: ImageBitmap }
  /** The next frame is another film's. */
  | { readonly kind: "forget" };

/** The frame comes back with what was found in it. */
export interface Finding {
  readonly hands: readonly HandPose[];
  readonly frame: ImageBitmap;
  /** Time from pixels to keypoints. */
  readonly milliseconds: number;
}

export interface Request {
  readonly id: number;
  readonly order: Order;
}

export type Reply =
  | { readonly id: number; readonly finding: Finding | null }
  | { readonly id: number; readonly error: string };
