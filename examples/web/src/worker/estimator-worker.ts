/** Runs the networks beside the page, so that the page stays responsive. */

import { DEFAULT_LEVELS } from "../hand/constants";
import { CropModel } from "../hand/crop-model";
import { HandDetector } from "../hand/hand-detector";
import { HandEstimator } from "../hand/hand-estimator";
import type { Detect } from "../hand/hand-finder";
import type { HandPose } from "../hand/hand-pose";
import { HandTracker } from "../hand/hand-tracker";
import type { Finding, Order, Reply, Request, Task } from "../hand/messages";
import type { BundledDetector, BundledModel } from "../hand/model";
import type { Pixels } from "../hand/warp";
import { LiteRTNetwork } from "./litert-network";
import { readPixels } from "./pixels";

declare const self: DedicatedWorkerGlobalScope;

/** How closely the detector looks at frames: a hand that is followed is seen closely. */
const FRAME_LEVELS = 1;

/** What runs a model: on photos, and on frames one after the other. */
interface Pipeline {
  readonly network: LiteRTNetwork;
  readonly photos: HandEstimator;
  readonly tracker: HandTracker;
}

let detector: HandDetector | null = null;
let pipeline: Pipeline | null = null;

/** Orders are carried out one after the other: a network has one set of buffers. */
let queue: Promise<void> = Promise.resolve();

self.onmessage = ({ data }: MessageEvent<Request>) => {
  queue = queue.then(() => answer(data));
};

async function answer({ id, order }: Request): Promise<void> {
  try {
    const finding = await carryOut(order);
    const reply: Reply = { id, finding };
    self.postMessage(reply, finding === null ? [] : [finding.frame]);
  } catch (error) {
    const reply: Reply = { id, error: error instanceof Error ? error.message : String(error) };
    self.postMessage(reply);
  }
}

async function carryOut(order: Order): Promise<Finding | null> {
  switch (order.kind) {
    case "find":
      return find(order.frame, order.task);
    case "load":
      await load(order.model, order.detector, order.pageUrl);
      return null;
    case "forget":
      pipeline?.tracker.reset();
      return null;
  }
}

/** Load a model in place of the former one, and, the first time, the detector. */
async function load(
  model: BundledModel,
  finder: BundledDetector | null,
  pageUrl: string,
): Promise<void> {
  if (detector === null && finder !== null) {
    const network = await LiteRTNetwork.load(finder, pageUrl);
    detector = new HandDetector(finder, network.run);
  }
  const network = await LiteRTNetwork.load(model, pageUrl);
  pipeline?.network.delete();
  const crops = new CropModel(model, network.run);
  const tracker = new HandTracker(new HandEstimator(crops, detecting(FRAME_LEVELS)));
  const photos = new HandEstimator(crops, detecting(DEFAULT_LEVELS));
  pipeline = { network, photos, tracker };
}

function detecting(levels: number): Detect | null {
  const own = detector;
  return own && ((picture) => own.detect(picture, levels));
}

async function find(frame: ImageBitmap, task: Task): Promise<Finding> {
  if (pipeline === null) {
    throw new Error("no model is loaded yet");
  }
  const start = performance.now();
  const hands = await look(pipeline, readPixels(frame), task);
  return { hands, frame, milliseconds: performance.now() - start };
}

async function look(by: Pipeline, pixels: Pixels, task: Task): Promise<HandPose[]> {
  switch (task.kind) {
    case "follow":
      return by.tracker.update(pixels, task.seconds);
    case "box":
      return [await by.photos.inBox(pixels, task.box)];
    case "search":
      return by.photos.find(pixels);
  }
}
