import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
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

test.each(["light", "dark"] as const)("axe finds nothing to mend in %s", async (colorScheme) => {
  const phone = await PhonePage.open(browser, url, { colorScheme, bypassCSP: true });
  await phone.page.goto(url);
  await phone.status(/Ready/);
  await phone.page.click("#sample");
  await phone.status(/Hand found/);
  await phone.screenshot(`photo-${colorScheme}`);
  const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  await phone.page.addScriptTag({ content: readFileSync(axe, "utf8") });
  const { violations } = (await phone.page.evaluate("axe.run()")) as AxeResults;
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
  await phone.close();
});

test("everything is reached and worked by keyboard", async () => {
  const phone = await PhonePage.open(browser, url);
  await phone.page.goto(url);
  await phone.status(/Ready/);
  const focused = () => phone.page.evaluate(() => document.activeElement?.id ?? "");
  const visited: string[] = [];
  await phone.page.keyboard.press("Tab"); // the radio buttons
  for (let i = 0; i < 3; i++) {
    await phone.page.keyboard.press("Tab");
    visited.push(await focused());
  }
  expect(visited).toEqual(["photo-file", "sample", "model"]);
  await phone.page.keyboard.press("Shift+Tab");
  await phone.page.keyboard.press("Enter"); // the sample picture
  await phone.status(/Hand found/);
  await phone.page.keyboard.press("Tab");
  await phone.page.keyboard.press("Enter"); // mark the hand
  expect(await focused()).toBe("hand-box");
  await phone.screenshot("keyboard-light");
  await phone.close();
});

test("a narrow screen needs no sideways scrolling", async () => {
  const phone = await PhonePage.open(browser, url, { viewport: { width: 320, height: 568 } });
  await phone.page.goto(url);
  await phone.status(/Ready/);
  expect(await phone.page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  await phone.screenshot("narrow-light");
  await phone.close();
});
