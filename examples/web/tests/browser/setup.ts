/** Before the browser tests: Python's keypoints of the sample picture, and a film of it. */

import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

import { findModels } from "../../build/model-files.ts";
import { makeCameraFilm } from "./camera-film.ts";
import { MODELS, ROOT, SAMPLE } from "./places.ts";

/** The fields of `handypose predict --json` that are compared. */
export interface PredictedHand {
  readonly keypoints: readonly (readonly [number, number])[];
  readonly scores: readonly number[];
}

declare module "vitest" {
  export interface ProvidedContext {
    /** By a model's name, what Python finds; `null` where there is no handypose_tf. */
    predicted: Record<string, PredictedHand> | null;
    /** A file that the browser's false camera plays. */
    film: string;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  if (!existsSync(new URL("../../dist/index.html", import.meta.url))) {
    throw new Error("The page is not built: run `npm run build` first");
  }
  const folder = mkdtempSync(join(tmpdir(), "handypose-web-"));
  const [predicted, film] = await Promise.all([
    predictAll(folder),
    makeCameraFilm(join(folder, "camera.mjpeg")),
  ]);
  project.provide("predicted", predicted);
  project.provide("film", film);
}

/** Run `handypose predict` with every model that the page has. */
async function predictAll(folder: string): Promise<Record<string, PredictedHand> | null> {
  const predicted: Record<string, PredictedHand> = {};
  try {
    for (const { path, model } of findModels(MODELS)) {
      predicted[model.name] = await predict(path, join(folder, `${model.name}.json`));
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

async function predict(model: string, target: string): Promise<PredictedHand> {
  const ownPython = join(ROOT, ".venv/bin/python");
  const python = process.env["HANDYPOSE_PYTHON"] ?? (existsSync(ownPython) ? ownPython : "python3");
  const command = ["-m", "handypose_tf.cli", "predict", SAMPLE, "--model", model, "--json", target];
  await promisify(execFile)(python, command, { cwd: ROOT });
  const [picture] = JSON.parse(readFileSync(target, "utf8")) as [{ hands: [PredictedHand] }];
  return picture.hands[0];
}
