/** Before the browser tests: pictures, a film, and what Python finds in the pictures. */

import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

import { findModels } from "../../plugins/model-files.ts";
import { launchChromium } from "./chromium.ts";
import { makePictures, type Pictures } from "./pictures.ts";
import { MODELS, ROOT, SAMPLE } from "./places.ts";

/** The fields of `handypose predict --json` that are compared. */
export interface PredictedHand {
  readonly keypoints: readonly (readonly [number, number])[];
  readonly scores: readonly number[];
}

/** By a model's name, the hand in each picture. */
export type Predicted = Record<string, { sample: PredictedHand; large: PredictedHand }>;

declare module "vitest" {
  export interface ProvidedContext {
    /** `null` where there is no handypose_tf. */
    predicted: Predicted | null;
    pictures: Pictures;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  if (!existsSync(new URL("../../dist/index.html", import.meta.url))) {
    throw new Error("The page is not built: run `npm run build` first");
  }
  const folder = mkdtempSync(join(tmpdir(), "handypose-web-"));
  const browser = await launchChromium();
  const pictures = await makePictures(browser, folder);
  await browser.close();
  project.provide("pictures", pictures);
  project.provide("predicted", await predictAll(folder, pictures));
}

/** Run `handypose predict` with every model that the page has. */
async function predictAll(folder: string, pictures: Pictures): Promise<Predicted | null> {
  const predicted: Predicted = {};
  try {
    for (const { path, model } of findModels(MODELS)) {
      const target = join(folder, `${model.name}.json`);
      const [sample, large] = await predict(path, [SAMPLE, pictures.large], target);
      predicted[model.name] = { sample: sample!, large: large! };
    }
  } catch (error) {
    if (process.env["CI"] !== undefined) {
      throw error;
    }
    console.warn(`The page is not compared with Python: ${String(error)}`);
    return null;
  }
  return predicted;
}

async function predict(
  model: string,
  pictures: readonly string[],
  target: string,
): Promise<PredictedHand[]> {
  const ownPython = join(ROOT, ".venv/bin/python");
  const python = process.env["HANDYPOSE_PYTHON"] ?? (existsSync(ownPython) ? ownPython : "python3");
  const command = ["-m", "handypose_tf.cli", "predict", ...pictures, "--json", target];
  const options = ["--model", model, "--detector", "none"]; // the page has no detector
  await promisify(execFile)(python, [...command, ...options], { cwd: ROOT });
  const found = JSON.parse(readFileSync(target, "utf8")) as { hands: [PredictedHand] }[];
  return found.map((picture) => picture.hands[0]);
}
