import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

import { liteRTFiles } from "./plugins/litert-files.ts";
import { modelFiles } from "./plugins/model-files.ts";
import { offlineFiles, SERVICE_WORKER } from "./plugins/offline-files.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const models = process.env["HANDYPOSE_MODELS"] ?? here("../../savedmodels");

export default defineConfig({
  appType: "mpa", // a missing file is an error, not the page
  base: "./", // the built page works in any folder of any host
  plugins: [modelFiles(models), liteRTFiles(), offlineFiles()],
  worker: { format: "iife" }, // LiteRT.js loads its script by importScripts
  build: {
    target: "es2020", // so that browsers too old to run the network can say so
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: here("index.html"), [SERVICE_WORKER]: here("src/worker/service-worker.ts") },
      output: {
        entryFileNames: ({ name }) =>
          name === SERVICE_WORKER ? "[name].js" : "assets/[name]-[hash].js",
      },
    },
  },
});
