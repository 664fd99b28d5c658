import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { findModels } from "../../plugins/model-files.ts";
import type { Pictures } from "./pictures.ts";
import { MODELS, ROOT } from "./places.ts";

/** The fields of `handypose predict --json` that are compared. */
export interface PredictedHand {
  readonly keypoints: readonly (readonly [number, number])[];
  readonly scores: readonly number[];
  readonly score: number;
  readonly is_left: boolean | null;
}

/** By a model's name, the hands in each picture. */
export type Predicted = Record<string, { two: PredictedHand[]; large: PredictedHand[] }>;

/** Run `handypose predict` with every model that the page has. */
export async function predictAll(folder: string, pictures: Pictures): Promise<Predicted | null> {
  const models = findModels(MODELS);
  try {
    const found = await Promise.all(
      models.map(async ({ path, model }) => {
        const target = join(folder, `${model.name}.json`);
        const [two, large] = await predict(path, [pictures.two, pictures.large], target);
        return [model.name, { two: two!, large: large! }] as const;
      }),
    );
    return Object.fromEntries(found);
  } catch (error) {
    if (process.env["CI"] !== undefined) {
      throw error;
    }
    console.warn(`The page is not compared with Python: ${String(error)}`);
    return null;
  }
}

async function predict(
  model: string,
  pictures: readonly string[],
  target: string,
): Promise<PredictedHand[][]> {
  const ownPython = join(ROOT, ".venv/bin/python");
  const python = process.env["HANDYPOSE_PYTHON"] ?? (existsSync(ownPython) ? ownPython : "python3");
  const command = ["-m", "handypose_tf.cli", "predict", ...pictures];
  const options = ["--json", target, "--model", model];
  await promisify(execFile)(python, [...command, ...options], { cwd: ROOT });
  const found = JSON.parse(readFileSync(target, "utf8")) as { hands: PredictedHand[] }[];
  return found.map((picture) => picture.hands);
}
