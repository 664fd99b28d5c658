import type { Browser } from "playwright-core";
import type { PreviewServer } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";

import { launchChromium } from "./chromium.ts";
import { PhonePage, servePage } from "./served-page.ts";

let server: PreviewServer;
let url: string;
let browser: Browser;

beforeAll(async () => {
  ({ server, url } = await servePage());
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

async function startCamera(phone: PhonePage): Promise<string> {
  await phone.page.goto(url);
  await phone.status(/Ready/);
  await phone.page.getByLabel("Camera").check();
  await phone.page.click("#camera-start");
  return phone.notice();
}

test("no camera", async () => {
  const phone = await PhonePage.open(browser, url);
  expect(await startCamera(phone)).toContain("No camera was found");
  await phone.screenshot("camera-error-light");
  expect(phone.complaints).toEqual([]);
  await phone.close();
});

test("refused permission", async () => {
  const flags = ["--use-fake-device-for-media-stream", "--deny-permission-prompts"];
  const refusing = await launchChromium(...flags);
  const phone = await PhonePage.open(refusing, url, { colorScheme: "dark" });
  expect(await startCamera(phone)).toContain("The camera was refused");
  await phone.screenshot("camera-refused-dark");
  expect(phone.complaints).toEqual([]);
  await refusing.close();
});

test("a page without https gets no camera", async () => {
  const phone = await PhonePage.open(browser, url);
  await phone.page.addInitScript(() => {
    Object.defineProperty(window, "isSecureContext", { value: false });
  });
  expect(await startCamera(phone)).toContain("https");
  await phone.close();
});

test("an old browser", async () => {
  const phone = await PhonePage.open(browser, url);
  await phone.page.addInitScript(() => {
    Object.defineProperty(window, "OffscreenCanvas", { value: undefined });
  });
  await phone.page.goto(url);
  expect(await phone.notice()).toContain("too old");
  await phone.screenshot("old-browser-light");
  expect(phone.complaints).toEqual([]);
  await phone.close();
});

test("a model that does not arrive, in a window that keeps nothing", async () => {
  const phone = await PhonePage.open(browser, url, { serviceWorkers: "block" });
  await phone.page.route("**/models/**", (route) => route.abort());
  await phone.page.goto(url);
  expect(await phone.notice()).toContain("The model could not be loaded");
  await phone.close();
});
