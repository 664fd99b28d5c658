import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import type { Plugin } from "vite";

import { DEFAULT_MODEL, MIN_DETECTION_SCORE } from "../src/hand/constants.ts";
import { handLimits } from "../src/hand/limits.ts";
import type { BundledDetector, BundledFile, BundledModel } from "../src/hand/model.ts";

const MODULE = "virtual:models";
const MEMBER = "metadata.json";

/** LiteRT.js has float32, int32 and uint8 tensors; these files have float32 in and out. */
const WEB_MODEL = /_(float32|float16|int8)\.tflite$/;

/** The detectors whose answers the page can read. */
const DETECTOR_METHOD = "centers";

export interface ModelFile<Model extends BundledFile = BundledModel> {
  readonly path: string;
  readonly model: Model;
}

/** Puts the models of a folder into the build, and what their metadata say into the page. */
export function modelFiles(folder: string): Plugin {
  const files = findModels(folder);
  const detector = findDetector(folder);
  return {
    name: "model-files",
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : null),
    load: (id) =>
      id === `\0${MODULE}`
        ? `export const models = ${JSON.stringify(files.map((file) => file.model))};` +
          `export const detector = ${JSON.stringify(detector?.model ?? null)};`
        : null,
    generateBundle() {
      for (const { path, model } of [...files, ...(detector ? [detector] : [])]) {
        this.emitFile({ type: "asset", fileName: model.file, source: readFileSync(path) });
      }
    },
  };
}

/**
 * Find a folder's models of poses: Python's default comes first, else the smallest.
 *
 * Of a preset in several sizes of crop the largest is offered, the most exact one.
 */
export function findModels(folder: string): ModelFile[] {
  const files = readFiles(folder).flatMap((file) => readModel(file));
  if (files.length === 0) {
    throw new Error(`${folder}: no *_float32, *_float16 or *_int8.tflite; set HANDYPOSE_MODELS`);
  }
  const isOther = ({ model }: ModelFile) => Number(model.preset !== DEFAULT_MODEL);
  return files
    .filter((file) => isLargest(file, files))
    .sort((a, b) => isOther(a) - isOther(b) || a.model.bytes - b.model.bytes);
}

/** Find a folder's smallest detector; `null` if it has none. */
export function findDetector(folder: string): ModelFile<BundledDetector> | null {
  const detectors = readFiles(folder)
    .filter(({ metadata: { kind, decode } }) => kind === "detector" && decode?.method === DETECTOR_METHOD)
    .map((file) => {
      const minScore = file.metadata.decode?.min_score ?? MIN_DETECTION_SCORE;
      return { path: file.path, model: { ...fileFacts(file), minScore } };
    });
  return detectors.sort((a, b) => a.model.bytes - b.model.bytes)[0] ?? null;
}

/** Tell whether no other file holds the same preset in the same precision for a larger crop. */
function isLargest({ model }: ModelFile, files: readonly ModelFile[]): boolean {
  return files.every(
    ({ model: other }) =>
      other.preset !== model.preset ||
      other.precision !== model.precision ||
      other.imageSize <= model.imageSize,
  );
}

/** A file and what it says of itself. */
interface ReadFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly metadata: Metadata;
}

function readFiles(folder: string): ReadFile[] {
  const names = readdirSync(folder).filter((name) => WEB_MODEL.test(name));
  return names.map((name) => {
    const path = join(folder, name);
    const bytes = readFileSync(path);
    return { path, bytes, metadata: readMetadata(path, bytes) };
  });
}

/** Describe a model of poses; others give none. */
function readModel(file: ReadFile): ModelFile[] {
  const { path, metadata } = file;
  if (metadata.kind === "detector") {
    return [];
  }
  const model = {
    ...fileFacts(file),
    preset: metadata.preset,
    precision: metadata.precision,
    cropScale: metadata.crop.scale,
    keypointNames: metadata.keypoint_names,
    skeleton: metadata.skeleton,
    presence: metadata.presence ?? false,
    handedness: metadata.handedness ?? false,
    ...handLimits(metadata),
    trained: metadata.trained,
  };
  return [{ path, model }];
}

function fileFacts({ path, bytes, metadata }: ReadFile): Omit<BundledFile, "minScore"> {
  const [height, width] = metadata.image_size;
  if (height !== width) {
    throw new Error(`${path}: input is ${height} x ${width}; export it with a square size`);
  }
  const name = basename(path, ".tflite");
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  return { name, file: `models/${name}-${hash}.tflite`, bytes: bytes.length, imageSize: width };
}

/** The fields of `metadata.json` that the page uses; handypose_tf checks them on export. */
interface Metadata {
  readonly format: string;
  readonly kind?: string;
  readonly preset: string;
  readonly precision: string;
  readonly image_size: readonly [number, number];
  readonly crop: { readonly scale: number };
  readonly keypoint_names: readonly string[];
  readonly skeleton: readonly (readonly [number, number])[];
  readonly trained: boolean;
  readonly presence?: boolean;
  readonly handedness?: boolean;
  readonly decode?: {
    readonly method?: string;
    readonly min_score?: number;
    readonly keep_score?: number;
  };
}

/** Read the zip archive that `handypose export` appends to a model. */
function readMetadata(path: string, bytes: Uint8Array): Metadata {
  let member: Uint8Array | undefined;
  try {
    member = unzipSync(bytes, { filter: (file) => file.name === MEMBER })[MEMBER];
  } catch {
    member = undefined; // not a zip archive
  }
  if (member === undefined) {
    throw new Error(`${path}: has no ${MEMBER}; \`handypose export\` writes it`);
  }
  const metadata = JSON.parse(strFromU8(member)) as Metadata;
  if (metadata.format !== "handypose-tf/1") {
    throw new Error(`${path}: metadata format is ${metadata.format}, not handypose-tf/1`);
  }
  return metadata;
}
