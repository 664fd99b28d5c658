import { beforeAll, describe, expect, inject, test } from "vitest";

import { findModels } from "../../plugins/model-files.ts";
import { DEFAULT_MODEL } from "../../src/hand/constants.ts";
import { MODELS, SAMPLE } from "./places.ts";
import type { PredictedHand } from "./predictions.ts";
import { type PhonePage, type ShownHand } from "./served-page.ts";
import { sharedPhone } from "./shared-phone.ts";

let phone: PhonePage;

beforeAll(async () => {
  phone = await sharedPhone();
});

test("the page says that no data leave the phone", async () => {
  expect(await phone.page.locator("header").textContent()).toContain("no data leaves the phone");
});

/** Longer sides of the pictures. Differences count in pixels of a picture of 640: a step of an
 * int8 network is a share of its input, whatever the picture's own size. */
const SIDES = { two: 1000, large: 2000 };
const USUAL_SIDE = 640;

/** How far the farthest point may lie, and scores of a hand and of a point: kernels of 8 bits
 * round otherwise here than in Python, which moves the next crop, and with it a point or two;
 * points' scores are those of one look, up to the third. */
const MOST = {
  int8: { pixels: 3, score: 0.03, point: 0.1 },
  float16: { pixels: 1, score: 0.01, point: 0.05 },
  float32: { pixels: 1, score: 0.01, point: 0.05 },
} as const;

const predicted = inject("predicted");
const models = findModels(MODELS).map((file) => file.model);

describe.skipIf(predicted === null).each(models)("by $name", ({ name, preset, precision }) => {
  const pictures = preset === DEFAULT_MODEL ? (["two", "large"] as const) : (["two"] as const);

  test.each(pictures)("picture %s has Python's hands", async (which) => {
    await phone.pick(models.findIndex((model) => model.name === name));
    await phone.choosePhoto(inject("pictures")[which]);
    const python = predicted![name]![which];
    const most = MOST[precision as keyof typeof MOST];
    const hands = await phone.hands();
    expect(hands).toHaveLength(python.length);
    if (which === "two") {
      expect(hands).toHaveLength(2);
    }
    python.forEach((hand, i) => {
      const { shifts, change } = differences(hand, hands[i]!);
      const pixels = shifts.map((shift) => (shift * USUAL_SIDE) / SIDES[which]);
      expect(Math.max(...pixels)).toBeLessThan(most.pixels);
      expect(pixels[pixels.length >> 1]).toBeLessThan(1);
      expect(Math.abs(hand.score - hands[i]!.score)).toBeLessThan(most.score);
      expect(change).toBeLessThan(most.point);
      expect(hands[i]!.isLeft).toBe(hand.is_left);
      console.log(`${name}, ${which} ${i + 1}: ${pixels.at(-1)!.toFixed(2)} px from Python`);
    });
    await phone.screenshot(`photo-${which}-${name}`);
  });
});

/** Distances of the points, the least first, and the most that a point's score differs. */
function differences(python: PredictedHand, shown: ShownHand): { shifts: number[]; change: number } {
  const pairs = python.keypoints.map(([x, y], i) => Math.hypot(shown.points[i]![0]! - x, shown.points[i]![1]! - y));
  const changes = python.scores.map((score, i) => Math.abs(shown.points[i]![2]! - score));
  return { shifts: pairs.sort((a, b) => a - b), change: Math.max(...changes) };
}

test("a box is moved by finger and by keys, and the hand is looked for in it", async () => {
  await phone.choosePhoto(SAMPLE);
  const before = await phone.keypoints();
  await phone.page.click("#mark");
  const box = phone.page.locator("#hand-box");
  const start = (await box.boundingBox())!;
  await phone.screenshot("photo-box-light");

  await phone.page.mouse.move(start.x + start.width / 2, start.y + start.height / 2);
  await phone.page.mouse.down();
  await phone.page.mouse.move(start.x + start.width / 2 - 30, start.y + start.height / 2 + 12);
  await phone.page.mouse.up();
  const dragged = (await box.boundingBox())!;
  expect(dragged.x - start.x).toBeCloseTo(-30, 0);
  expect(dragged.y - start.y).toBeCloseTo(12, 0);
  expect(dragged.width).toBeCloseTo(start.width, 0);

  await box.press("ArrowRight");
  await box.press("Shift+ArrowDown");
  const step = 0.02 * (await phone.page.locator("#view").boundingBox())!.width;
  const keyed = (await box.boundingBox())!;
  expect(keyed.x - dragged.x).toBeCloseTo(step, 0);
  expect(keyed.height - dragged.height).toBeCloseTo(step, 0);
  await phone.settle();
  expect(await phone.keypoints()).not.toEqual(before);

  await phone.page.click("#mark");
  await phone.settle();
  expect(await phone.keypoints()).toEqual(before);
  expect(await box.isVisible()).toBe(false);
});

test("a file that is no picture is refused in words, the photo stays", async () => {
  const file = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") };
  await phone.page.setInputFiles("#photo-file", file);
  expect(await phone.notice()).toContain("not a picture that the browser can read");
  await phone.screenshot("photo-error-light");
  await phone.page.setInputFiles("#photo-file", SAMPLE);
  await phone.page.locator("#notice").waitFor({ state: "hidden" });
});

test("of two photos chosen quickly the later is shown", async () => {
  await phone.page.evaluate(() => {
    const own = globalThis.createImageBitmap;
    globalThis.createImageBitmap = (async (image: Blob, options?: ImageBitmapOptions) => {
      globalThis.createImageBitmap = own;
      await new Promise((resume) => setTimeout(resume, 1000));
      return own(image, options);
    }) as typeof own;
  });
  await phone.page.setInputFiles("#photo-file", inject("pictures").two);
  await phone.choosePhoto(SAMPLE);
  expect(await phone.hands()).toHaveLength(1);
});

test("the numbers are behind a fold", async () => {
  await phone.choosePhoto(SAMPLE);
  const fold = phone.page.locator("#raw");
  await fold.locator("summary").click();
  expect(await fold.locator("table").first().isVisible()).toBe(false);
  await fold.locator("summary").click();
  expect(await fold.locator("table tbody tr:visible").count()).toBe(21);
});

test("nothing went wrong, and nothing was sent anywhere", () => {
  expect(phone.complaints).toEqual([]);
});
