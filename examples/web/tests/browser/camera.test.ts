import type { Browser } from "playwright-core";
import type { PreviewServer } from "vite";
import { afterAll, beforeAll, expect, inject, test } from "vitest";

import { filmCamera, launchChromium } from "./chromium.ts";
import { FILM_RADIUS } from "./pictures.ts";
import { SAMPLE } from "./places.ts";
import { PhonePage, servePage } from "./served-page.ts";

let browser: Browser;
let server: PreviewServer;
let phone: PhonePage;

beforeAll(async () => {
  browser = await launchChromium(...filmCamera(inject("pictures").film));
  let url: string;
  ({ server, url } = await servePage());
  phone = await PhonePage.open(browser, url, { colorScheme: "dark" });
  await phone.page.goto(url);
  await phone.status(/Ready/);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

test("the hand is followed around the film's circle", async () => {
  await phone.page.setInputFiles("#photo-file", SAMPLE);
  await phone.status(/Hand found/);
  await phone.screenshot("photo-dark");
  const [middleX, middleY] = meanPoint(await phone.keypoints());

  await phone.page.getByLabel("Camera").check();
  await phone.screenshot("camera-off-dark");
  await phone.page.click("#camera-start");
  await phone.status(/Hand found/);
  const offsets: (readonly [number, number])[] = [];
  const quarters = new Set<string>();
  while (offsets.length < 12 || quarters.size < 4) {
    const [x, y] = await nextPlace(); // where the hand is, whatever the machine's pace
    const [dx, dy] = [x - middleX, y - middleY];
    offsets.push([dx, dy]);
    quarters.add(`${dx > 0} ${dy > 0}`);
  }
  await phone.screenshot("camera-dark");
  const distances = offsets.map(([dx, dy]) => Math.hypot(dx, dy)).sort((a, b) => a - b);
  expect(Math.abs(distances[distances.length >> 1]! - FILM_RADIUS)).toBeLessThan(6);
});

test("frames keep coming, at a rate that is shown", async () => {
  const figures = () => phone.page.locator("#figures").textContent();
  const before = await figures();
  await expect.poll(figures).not.toEqual(before);
  const [, rate] = /(\d+) fps/.exec((await figures())!)!;
  console.log(`camera: ${await figures()}`);
  expect(Number(rate)).toBeGreaterThanOrEqual(1); // CI's processors draw without a GPU
});

test("the camera stops with its button and when the mode is left", async () => {
  await phone.page.click("#camera-start");
  await phone.status(/Camera off/);
  expect((await phone.keypoints()).flat().every(Number.isNaN)).toBe(true);
  await phone.page.click("#camera-start");
  await phone.status(/Hand found/);
  await phone.page.getByLabel("Photo", { exact: true }).check();
  await phone.status(/Hand found, score/); // the photo of before
  expect(await phone.page.locator("#view.mirrored").count()).toBe(0);
});

test("nothing went wrong, and nothing was sent anywhere", () => {
  expect(phone.complaints).toEqual([]);
});

/** Wait for the next frame with a hand, and return the middle of its keypoints. */
async function nextPlace(): Promise<readonly [number, number]> {
  const last = await phone.keypoints();
  let next = last;
  while (!next.flat().every(Number.isFinite) || String(next) === String(last)) {
    await phone.page.waitForTimeout(20);
    next = await phone.keypoints();
  }
  return meanPoint(next);
}

function meanPoint(keypoints: number[][]): readonly [number, number] {
  const mean = (axis: number) => keypoints.reduce((sum, row) => sum + row[axis]!, 0) / keypoints.length;
  return [mean(0), mean(1)];
}
