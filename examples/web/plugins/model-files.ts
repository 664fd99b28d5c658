import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import type { Plugin } from "vite";

import { handLimits } from "../src/hand/limits.ts";
import type { BundledModel } from "../src/hand/model.ts";

const MODULE = "virtual:models";
const MEMBER = "metadata.json";

/** LiteRT.js has float32, int32 and uint8 tensors; these files have float32 in and out. */
const WEB_MODEL = /_(float32|float16|int8)\.tflite$/;

export interface ModelFile {
  readonly path: string;
  readonly model: BundledModel;
}

/** Puts the models of a folder into the build, and what their metadata say into the page. */
export function modelFiles(folder: string): Plugin {
  const files = findModels(folder);
  return {
    name: "model-files",
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : null),
    load: (id) =>
      id === `\0${MODULE}`
        ? `export const models = ${JSON.stringify(files.map((file) => file.model))};`
        : null,
    generateBundle() {
      for (const { path, model } of files) {
        this.emitFile({ type: "asset", fileName: model.file, source: readFileSync(path) });
      }
    },
  };
}

/** Find a folder's models: the smallest comes first and is the page's default.
 *
 * Of a preset in several sizes of crop the largest is offered, the most exact one. */
export function findModels(folder: string): ModelFile[] {
  const names = readdirSync(folder).filter((name) => WEB_MODEL.test(name));
  if (names.length === 0) {
    throw new Error(`${folder}: no *_float32, *_float16 or *_int8.tflite; set HANDYPOSE_MODELS`);
  }
  const files = names.flatMap((name) => readModel(join(folder, name)));
  return files.filter((file) => isLargest(file, files)).sort((a, b) => a.model.bytes - b.model.bytes);
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

/** Read one file; none is given for a model that does not find keypoints. */
function readModel(path: string): ModelFile[] {
  const bytes = readFileSync(path);
  const metadata = readMetadata(path, bytes);
  if (metadata.kind === "detector") {
    return [];
  }
  const [height, width] = metadata.image_size;
  if (height !== width) {
    throw new Error(`${path}: input is ${height} x ${width}; export it with a square size`);
  }
  const name = basename(path, ".tflite");
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  const model = {
    name,
    file: `models/${name}-${hash}.tflite`,
    bytes: bytes.length,
    preset: metadata.preset,
    precision: metadata.precision,
    imageSize: width,
    cropScale: metadata.crop.scale,
    keypointNames: metadata.keypoint_names,
    skeleton: metadata.skeleton,
    ...handLimits(metadata),
    trained: metadata.trained,
  };
  return [{ path, model }];
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
  readonly decode?: { readonly min_score?: number; readonly keep_score?: number };
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
