import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

export const SERVICE_WORKER = "service-worker";

/** Fetched when they are needed, not when the page is kept for offline use. */
const LATER = /^(litert-|models\/)/;

/** Tells the service worker which files the build has. */
export function offlineFiles(): Plugin {
  let publicFolder = "";
  return {
    name: "offline-files",
    apply: "build",
    configResolved(config) {
      publicFolder = config.publicDir;
    },
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const worker = bundle[`${SERVICE_WORKER}.js`];
        const page = bundle["index.html"];
        if (worker?.type !== "chunk" || page?.type !== "asset") {
          return; // the bundle of the other worker
        }
        const fixed = readdirSync(publicFolder);
        const version = hash(page.source, ...fixed.map((name) => readFileSync(join(publicFolder, name))));
        const built = Object.keys(bundle).filter((name) => bundle[name] !== worker && bundle[name] !== page);
        const all = [...fixed, ...built].sort();
        worker.code = worker.code
          .replaceAll("__PAGE__", JSON.stringify(`./?${version}`))
          .replaceAll("__SHELL_FILES__", JSON.stringify(all.filter((name) => !LATER.test(name))))
          .replaceAll("__LATER_FILES__", JSON.stringify(all.filter((name) => LATER.test(name))));
      },
    },
  };
}

function hash(...contents: (string | Uint8Array)[]): string {
  const digest = createHash("sha256");
  contents.forEach((content) => digest.update(content));
  return digest.digest("hex").slice(0, 8);
}
