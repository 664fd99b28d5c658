import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

/** With relaxed SIMD, and for browsers without; the page's browser fetches one of them. */
const VARIANTS = ["litert_wasm_internal", "litert_wasm_compat_internal"];

/** Puts LiteRT.js' WebAssembly files into the build, so that no other host is asked. */
export function liteRTFiles(): Plugin {
  const entry = createRequire(import.meta.url).resolve("@litertjs/core");
  const root = dirname(dirname(entry));
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    version: string;
  };
  const folder = `litert-${version}/`;
  const names = VARIANTS.flatMap((variant) => [`${variant}.js`, `${variant}.wasm`]);
  return {
    name: "litert-files",
    config: () => ({ define: { __LITERT_FOLDER__: JSON.stringify(folder) } }),
    generateBundle() {
      for (const name of names) {
        const source = readFileSync(join(root, "wasm", name));
        this.emitFile({ type: "asset", fileName: folder + name, source });
      }
    },
  };
}
