import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";

import { PHONE, type PhonePage } from "./served-page.ts";
import { sharedPhone } from "./shared-phone.ts";

let phone: PhonePage;

beforeAll(async () => {
  phone = await sharedPhone();
  await phone.choosePhoto(inject("pictures").two);
});

afterAll(async () => {
  await phone.page.setViewportSize(PHONE.viewport);
});

test.each(["light", "dark"] as const)("axe finds nothing to mend in %s", async (colorScheme) => {
  await phone.page.emulateMedia({ colorScheme });
  await phone.screenshot(`photo-${colorScheme}`);
  const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  await phone.page.evaluate(readFileSync(axe, "utf8"));
  const { violations } = (await phone.page.evaluate("axe.run()")) as AxeResults;
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
});

test("everything is reached and worked by keyboard", async () => {
  const focused = () =>
    phone.page.evaluate(() => document.activeElement?.id || document.activeElement?.localName);
  await phone.page.getByLabel("Photo", { exact: true }).focus();
  const visited: (string | undefined)[] = [];
  for (let i = 0; i < 5; i++) {
    await phone.page.keyboard.press("Tab");
    visited.push(await focused());
  }
  expect(visited).toEqual(["photo-file", "sample", "mark", "model", "summary"]);
  const isOpen = () => phone.page.locator("#raw").getAttribute("open");
  const before = await isOpen();
  await phone.page.keyboard.press("Enter"); // the fold
  expect(await isOpen()).not.toBe(before);
  await phone.page.keyboard.press("Enter");
  for (let i = 0; i < 3; i++) {
    await phone.page.keyboard.press("Shift+Tab");
  }
  await phone.page.keyboard.press("Enter"); // the sample picture
  await phone.status(/1 hand found/);
  await phone.page.keyboard.press("Tab");
  await phone.page.keyboard.press("Enter"); // mark a hand
  expect(await focused()).toBe("hand-box");
  await phone.screenshot("keyboard-light");
  await phone.page.click("#mark");
});

test.each([
  ["narrow", 320, 568],
  ["wide", 1280, 800],
])("a %s screen needs no sideways scrolling", async (name, width, height) => {
  await phone.page.setViewportSize({ width, height });
  expect(await phone.page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  await phone.screenshot(`${name}-light`);
});
