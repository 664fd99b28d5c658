import { expect, inject, test } from "vitest";

import { launchChromium } from "./chromium.ts";
import { PhonePage } from "./served-page.ts";
import { sharedBrowser } from "./shared-phone.ts";

const url = inject("url");

async function startCamera(phone: PhonePage): Promise<string> {
  await phone.page.goto(url);
  await phone.status(/Ready/);
  await phone.page.getByLabel("Camera").check();
  await phone.page.click("#camera-start");
  return phone.notice();
}

test("no camera, or none for a page without https", async () => {
  const without = await launchChromium();
  const phone = await PhonePage.open(without, url);
  expect(await startCamera(phone)).toContain("No camera was found");
  await phone.screenshot("camera-error-light");
  await phone.page.evaluate(() => {
    Object.defineProperty(window, "isSecureContext", { value: false });
  });
  await phone.page.click("#camera-start");
  await phone.page.locator("#notice").filter({ hasText: "https" }).waitFor();
  expect(phone.complaints).toEqual([]);
  await without.close();
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

test("an old browser", async () => {
  const phone = await PhonePage.open(await sharedBrowser(), url);
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
  const phone = await PhonePage.open(await sharedBrowser(), url, { serviceWorkers: "block" });
  await phone.page.route("**/models/**", (route) => route.abort());
  await phone.page.goto(url);
  expect(await phone.notice()).toContain("The model could not be loaded");
  await phone.close();
});
