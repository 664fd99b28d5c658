/** What the build puts in: see `plugins/`. */

declare module "virtual:models" {
  import type { BundledDetector, BundledModel } from "./hand/model";
  /** The models that were found when the page was built, the default first. */
  export const models: readonly BundledModel[];
  /** What finds where hands are; `null` where the models' folder has none. */
  export const detector: BundledDetector | null;
}

/** Folder of LiteRT.js' WebAssembly files, relative to the page. */
declare const __LITERT_FOLDER__: string;

/** Address of the page itself; it changes with the page. */
declare const __PAGE__: string;

/** Files that are kept with the page, and files that are kept once they were fetched. */
declare const __SHELL_FILES__: readonly string[];
declare const __LATER_FILES__: readonly string[];
