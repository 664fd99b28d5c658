/** What the page and the worker that runs the network say to each other. */

import type { Box } from "./geometry";
import type { HandPose } from "./hand-pose";
import type { BundledModel } from "./model";

/** How to look for the hand: in the whole picture, in a box, or where it was before. */
export type Task = { readonly kind: "search" | "follow" } | { readonly kind: "box"; readonly box: Box };

export type Order =
  | { readonly kind: "load"; readonly model: BundledModel; readonly pageUrl: string }
  | { readonly kind: "find"; readonly task: Task; readonly frame: ImageBitmap };

/** The frame comes back with what was found in it. */
export interface Finding {
  readonly hand: HandPose | null;
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
