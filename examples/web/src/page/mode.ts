import type { BundledModel } from "../hand/model";
import type { EstimatorClient } from "./estimator-client";
import type { HandFacts } from "./hand-facts";
import type { PictureView } from "./picture-view";
import type { Readout } from "./readout";

/** What both ways of looking at hands share. */
export interface Page {
  readonly client: EstimatorClient;
  readonly view: PictureView;
  readonly facts: HandFacts;
  readonly readout: Readout;
  /** The model that is loaded. */
  model: BundledModel;
}

/** One way of looking at hands: a photo or the camera. One is active at a time. */
export interface Mode {
  /** Take the view over. */
  enter(): void;
  /** Let go of the view, the camera and what else is held. */
  leave(): void;
  /** Look again: the model has changed. */
  refresh(): void;
}

/** Words for any error. */
export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
