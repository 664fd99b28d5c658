/** Before the browser tests: a browser, the served page, pictures, and what Python finds. */

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

import { connectChromium, filmCamera, startChromium } from "./chromium.ts";
import { makePictures, type Pictures } from "./pictures.ts";
import { type Predicted, predictAll } from "./predictions.ts";
import { servePage } from "./served-page.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Where the browser that all tests share listens. */
    browser: string;
    /** The served page's address. */
    url: string;
    /** `null` where there is no handypose_tf. */
    predicted: Predicted | null;
    pictures: Pictures;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync(new URL("../../dist/index.html", import.meta.url))) {
    throw new Error("The page is not built: run `npm run build` first");
  }
  const folder = mkdtempSync(join(tmpdir(), "handypose-web-"));
  const film = join(folder, "camera.mjpeg");
  const chromium = await startChromium(...filmCamera(film));
  const browser = await connectChromium(chromium.wsEndpoint());
  const pictures = await makePictures(browser, folder, film);
  await browser.close();
  const { server, url } = await servePage();
  project.provide("browser", chromium.wsEndpoint());
  project.provide("url", url);
  project.provide("pictures", pictures);
  project.provide("predicted", await predictAll(folder, pictures));
  return async () => {
    await chromium.close();
    await server.close();
    rmSync(folder, { recursive: true });
  };
}
