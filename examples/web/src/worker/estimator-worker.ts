/** Runs the network beside the page, so that the page stays responsive. */

import { HandEstimator } from "../hand/hand-estimator";
import type { HandPose } from "../hand/hand-pose";
import type { Finding, Order, Reply, Request, Task } from "../hand/messages";
import type { BundledModel } from "../hand/model";
import type { Pixels } from "../hand/warp";
import { LiteRTNetwork } from "./litert-network";
import { readPixels } from "./pixels";

declare const self: DedicatedWorkerGlobalScope;

let network: LiteRTNetwork | null = null;
let estimator: HandEstimator | null = null;

/** Orders are carried out one after the other: the network has one set of buffers. */
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
  if (order.kind === "find") {
    return find(order.frame, order.task);
  }
  await load(order.model, order.pageUrl);
  return null;
}

async function load(model: BundledModel, pageUrl: string): Promise<void> {
  const next = await LiteRTNetwork.load(model, pageUrl);
  network?.delete();
  network = next;
  estimator = new HandEstimator(model, next.run);
}

async function find(frame: ImageBitmap, task: Task): Promise<Finding> {
  if (estimator === null) {
    throw new Error("no model is loaded yet");
  }
  const start = performance.now();
  const hand = await look(estimator, readPixels(frame), task);
  return { hand, frame, milliseconds: performance.now() - start };
}

async function look(by: HandEstimator, pixels: Pixels, task: Task): Promise<HandPose | null> {
  switch (task.kind) {
    case "follow":
      return by.follow(pixels, performance.now() / 1000);
    case "box":
      return by.inBox(pixels, task.box);
    case "search":
      by.forget();
      return by.search(pixels);
  }
}
