import { beforeAll, expect, test } from "vitest";

import { FILM_RADIUS } from "./pictures.ts";
import { SAMPLE } from "./places.ts";
import type { PhonePage } from "./served-page.ts";
import { sharedPhone } from "./shared-phone.ts";

let phone: PhonePage;

beforeAll(async () => {
  phone = await sharedPhone();
  await phone.pick(0);
  await phone.page.emulateMedia({ colorScheme: "dark" });
});

test("the hand is followed around the film's circle, under one number", async () => {
  await phone.choosePhoto(SAMPLE);
  await phone.status(/1 hand found/);
  await phone.screenshot("photo-dark");
  const [middleX, middleY] = meanPoint(await phone.keypoints());

  await phone.page.getByLabel("Camera").check();
  await phone.screenshot("camera-off-dark");
  await phone.page.click("#camera-start");
  await phone.status(/1 hand found/);
  const offsets: (readonly [number, number])[] = [];
  const quarters = new Set<string>();
  while (offsets.length < 12 || quarters.size < 4) {
    const [x, y] = await nextPlace(); // where the hand is, whatever the machine's pace
    const [dx, dy] = [x - middleX, y - middleY];
    offsets.push([dx, dy]);
    quarters.add(`${dx > 0} ${dy > 0}`);
  }
  await phone.screenshot("camera-dark");
  expect((await phone.hands()).map((hand) => hand.id)).toEqual([1]);
  const distances = offsets.map(([dx, dy]) => Math.hypot(dx, dy)).sort((a, b) => a - b);
  expect(Math.abs(distances[distances.length >> 1]! - FILM_RADIUS)).toBeLessThan(6);
});

test("frames keep coming, at a rate that is shown", async () => {
  const figures = () => phone.page.locator("#figures").textContent();
  const before = await figures();
  await expect.poll(figures).not.toEqual(before);
  const [, rate] = /(\d+) frames a second/.exec((await figures())!)!;
  console.log(`camera: ${await figures()}`);
  expect(Number(rate)).toBeGreaterThanOrEqual(1); // CI's processors draw without a GPU
});

test("the camera stops with its button and when the mode is left", async () => {
  await phone.page.click("#camera-start");
  await phone.status(/Camera off/);
  expect(await phone.hands()).toEqual([]);
  await phone.page.click("#camera-start");
  await phone.status(/1 hand found/);
  expect((await phone.hands())[0]!.id).toBe(1); // numbers start anew
  await phone.page.getByLabel("Photo", { exact: true }).check();
  await phone.status(/1 hand found/); // the photo of before
  expect(await phone.page.locator("#view.mirrored").count()).toBe(0);
});

test("nothing went wrong, and nothing was sent anywhere", () => {
  expect(phone.complaints).toEqual([]);
});

/** Wait for the next frame with a hand, and return the middle of its keypoints. */
async function nextPlace(): Promise<readonly [number, number]> {
  const last = await phone.keypoints();
  let next = last;
  while (next.length === 0 || String(next) === String(last)) {
    await phone.page.waitForTimeout(20);
    next = await phone.keypoints();
  }
  return meanPoint(next);
}

function meanPoint(keypoints: number[][]): readonly [number, number] {
  const mean = (axis: number) => keypoints.reduce((sum, row) => sum + row[axis]!, 0) / keypoints.length;
  return [mean(0), mean(1)];
}
