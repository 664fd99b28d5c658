import { type CompiledModel, loadAndCompile, loadLiteRt, Tensor } from "@litertjs/core";

import type { RunNetwork } from "../hand/hand-pose";
import type { BundledFile } from "../hand/model";

/** A `.tflite` file compiled by LiteRT.js for WebAssembly on the CPU. */
export class LiteRTNetwork {
  readonly #compiled: CompiledModel;
  readonly #shape: number[];

  private constructor(compiled: CompiledModel, model: BundledFile) {
    this.#compiled = compiled;
    this.#shape = [1, model.imageSize, model.imageSize, 3];
  }

  /**
   * Load LiteRT.js (once) and a model.
   *
   * @param pageUrl The page's address, which the files' addresses are relative to.
   */
  static async load(model: BundledFile, pageUrl: string): Promise<LiteRTNetwork> {
    const [bytes] = await Promise.all([
      fetchBytes(new URL(model.file, pageUrl)),
      startLiteRT(new URL(__LITERT_FOLDER__, pageUrl)),
    ]);
    const compiled = await loadAndCompile(bytes, { accelerator: "wasm" });
    return new LiteRTNetwork(compiled, model);
  }

  /** Run it; outputs that are not float32 are left out. */
  readonly run: RunNetwork = async (input) => {
    const image = new Tensor(input, this.#shape);
    const outputs = await this.#compiled.run({ image });
    image.delete();
    const answer: Record<string, Float32Array> = {};
    for (const [name, tensor] of Object.entries(outputs)) {
      const values = await tensor.data();
      if (values instanceof Float32Array) {
        answer[name] = values;
      }
      tensor.delete();
    }
    return answer;
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
