import { type CompiledModel, loadAndCompile, loadLiteRt, Tensor } from "@litertjs/core";

import type { RunNetwork } from "../hand/hand-estimator";
import type { BundledModel } from "../hand/model";

/** A `.tflite` file compiled by LiteRT.js for WebAssembly on the CPU. */
export class LiteRTNetwork {
  readonly #compiled: CompiledModel;
  readonly #shape: number[];

  private constructor(compiled: CompiledModel, model: BundledModel) {
    this.#compiled = compiled;
    this.#shape = [1, model.imageSize, model.imageSize, 3];
  }

  /**
   * Load LiteRT.js (once) and a model.
   *
   * @param pageUrl The page's address, which the files' addresses are relative to.
   */
  static async load(model: BundledModel, pageUrl: string): Promise<LiteRTNetwork> {
    const [bytes] = await Promise.all([
      fetchBytes(new URL(model.file, pageUrl)),
      startLiteRT(new URL(__LITERT_FOLDER__, pageUrl)),
    ]);
    const compiled = await loadAndCompile(bytes, { accelerator: "wasm" });
    return new LiteRTNetwork(compiled, model);
  }

  readonly run: RunNetwork = async (crop) => {
    const image = new Tensor(crop, this.#shape);
    const outputs = await this.#compiled.run({ image });
    image.delete();
    const keypoints = await outputs["keypoints"]?.data();
    const presence = await outputs["presence"]?.data();
    Object.values(outputs).forEach((tensor) => tensor.delete());
    if (!(keypoints instanceof Float32Array)) {
      throw new Error("the model lacks a float32 output 'keypoints'; export it again");
    }
    return presence ? { keypoints, presence: Number(presence[0]) } : { keypoints };
  };

  /** Give the model's memory back. */
  delete(): void {
    this.#compiled.delete();
  }
}

let started: Promise<unknown> | null = null;

function startLiteRT(folder: URL): Promise<unknown> {
  Object.assign(globalThis, { Module: emscriptenSettings(folder) });
  started ??= loadLiteRt(folder.href).catch((error: unknown) => {
    started = null; // so that a later try can succeed
    throw error;
  });
  return started;
}

/** What LiteRT.js' WebAssembly loader takes from a global `Module`. */
function emscriptenSettings(folder: URL): object {
  return {
    /** The `.wasm` file would be looked for beside this worker's script. */
    locateFile: (name: string) => new URL(name, folder).href,
    /** LiteRT's log goes to the error stream, all of it. */
    printErr: (line: string) => {
      const log = /^(INFO|WARNING|VERBOSE):/.test(line) ? console.debug : console.error;
      log(line);
    },
  };
}

async function fetchBytes(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`the server answers ${response.status} for ${url.pathname}`);
  }
  return new Uint8Array(await response.arrayBuffer());
}
