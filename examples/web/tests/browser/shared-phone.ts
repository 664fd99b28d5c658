import type { Browser } from "playwright-core";
import { inject } from "vitest";

import { connectChromium } from "./chromium.ts";
import { PhonePage } from "./served-page.ts";

let browser: Promise<Browser> | null = null;
let phone: Promise<PhonePage> | null = null;

/** The browser that all tests share. Its camera plays the film of `pictures.ts`. */
export function sharedBrowser(): Promise<Browser> {
  browser ??= connectChromium(inject("browser"));
  return browser;
}

/** The page, loaded once: in the light, in photo mode, with all numbers shown. */
export async function sharedPhone(): Promise<PhonePage> {
  phone ??= openPhone();
  const { page } = await phone;
  await page.emulateMedia({ colorScheme: "light" });
  await page.getByLabel("Photo", { exact: true }).check();
  return phone;
}

async function openPhone(): Promise<PhonePage> {
  const url = inject("url");
  const opened = await PhonePage.open(await sharedBrowser(), url);
  await opened.page.goto(url);
  await opened.status(/Ready/);
  await opened.screenshot("photo-empty-light");
  await opened.page.locator("#raw > summary").click();
  return opened;
}
