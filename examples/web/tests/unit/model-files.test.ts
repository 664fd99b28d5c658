import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";

import { findDetector, findModels } from "../../plugins/model-files.ts";
import { DEFAULT_MODEL } from "../../src/hand/constants.ts";

const METADATA = {
  format: "handypose-tf/1",
  preset: "own",
  precision: "int8",
  image_size: [96, 96],
  crop: { scale: 2.2 },
  keypoint_names: ["a", "b"],
  skeleton: [[0, 1]],
  trained: true,
};

function folderWith(files: Record<string, Uint8Array>): string {
  const folder = mkdtempSync(join(tmpdir(), "handypose-models-"));
  Object.entries(files).forEach(([name, bytes]) => writeFileSync(join(folder, name), bytes));
  return folder;
}

function zipped(metadata: object): Uint8Array {
  return zipSync({ "metadata.json": strToU8(JSON.stringify(metadata)) });
}

const DETECTOR = {
  ...METADATA,
  kind: "detector",
  keypoint_names: [],
  decode: { method: "centers", min_score: 0.25 },
};

test("models are described by their metadata, the smallest first", () => {
  const folder = folderWith({
    "own_96_float32.tflite": zipped({ ...METADATA, precision: "float32", note: "x".repeat(2000) }),
    "own_96_int8.tflite": zipped(METADATA),
    "own_96.card.json": strToU8("{}"),
    "finder_96_int8.tflite": zipped(DETECTOR),
  });
  const [first, second, ...others] = findModels(folder).map((file) => file.model);
  expect(others).toEqual([]);
  expect(first).toMatchObject({ name: "own_96_int8", imageSize: 96, cropScale: 2.2, trained: true });
  expect(first!.file).toMatch(/^models\/own_96_int8-[0-9a-f]{8}\.tflite$/);
  expect(second!.precision).toBe("float32");
});

test("the detector is not a model to pick, and one that the page cannot read is none", () => {
  const other = { ...DETECTOR, decode: { method: "palms" } };
  const folder = folderWith({
    "a_96_int8.tflite": zipped(other),
    "finder_96_int8.tflite": zipped({ ...DETECTOR, note: "x".repeat(2000) }),
  });
  const { model } = findDetector(folder)!;
  expect(model).toMatchObject({ name: "finder_96_int8", imageSize: 96, minScore: 0.25 });
  expect(findDetector(folderWith({ "a_96_int8.tflite": zipped(other) }))).toBeNull();
});

test("Python's default comes first, however large", () => {
  const folder = folderWith({
    "a_96_int8.tflite": zipped(METADATA),
    "b_96_int8.tflite": zipped({ ...METADATA, preset: DEFAULT_MODEL, note: "x".repeat(2000) }),
  });
  expect(findModels(folder)[0]!.model.preset).toBe(DEFAULT_MODEL);
});

test.each([
  [{}, [0.3, 0.25]],
  [{ presence: true }, [0.5, 0.3]],
  [{ presence: true, decode: { min_score: 0.7, keep_score: 0.4 } }, [0.7, 0.4]],
  [{ decode: { min_score: 0.15 } }, [0.15, 0.125]],
])("what a hand must score is the file's own or that of its kind: %#", (facts, limits) => {
  const folder = folderWith({ "own_96_int8.tflite": zipped({ ...METADATA, ...facts }) });
  const { minScore, keepScore } = findModels(folder)[0]!.model;
  expect([minScore, keepScore]).toEqual(limits);
});

test("of several sizes of crop the largest is offered", () => {
  const larger = { ...METADATA, image_size: [128, 128] };
  const folder = folderWith({
    "own_96_int8.tflite": zipped(METADATA),
    "own_128_int8.tflite": zipped(larger),
    "own_96_float32.tflite": zipped({ ...METADATA, precision: "float32" }),
    "another_96_int8.tflite": zipped({ ...METADATA, preset: "another" }),
  });
  const names = findModels(folder).map((file) => file.model.name);
  expect(names.sort()).toEqual(["another_96_int8", "own_128_int8", "own_96_float32"]);
});

test.each([
  [{}, "set HANDYPOSE_MODELS"],
  [{ "a_float32.tflite": strToU8("no archive") }, "handypose export"],
  [{ "a_int8.tflite": zipped({ ...METADATA, image_size: [96, 64] }) }, "square size"],
  [{ "a_int8.tflite": zipped({ ...METADATA, format: "other/9" }) }, "other/9"],
])("a folder of bad files stops the build: %#", (files, words) => {
  expect(() => findModels(folderWith(files as Record<string, Uint8Array>))).toThrow(words);
});
