import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";

import { SAMPLE } from "./places.ts";

/** The picture goes once around a circle of this radius, pixels ... */
export const FILM_RADIUS = 48;

/** ... in so many frames, 30 a second. */
const FRAMES = 90;

/** What is made of the sample picture, in a folder. */
export interface Pictures {
  /** Two hands side by side: as it is, and its mirror image. */
  readonly two: string;
  /** A large upright picture with the hand aslant. */
  readonly large: string;
}

/**
 * Make the tests' pictures of the project's own one, by the browser's canvas.
 *
 * @param film File of a film of it moving about: JPEG after JPEG, as Chromium's false
 *   camera plays.
 */
export async function makePictures(
  browser: Browser,
  folder: string,
  film: string,
): Promise<Pictures> {
  const page = await browser.newPage();
  await page.evaluate(async (url) => {
    const image = new Image();
    image.src = url;
    await image.decode();
    document.body.append(image);
  }, `data:image/jpeg;base64,${readFileSync(SAMPLE).toString("base64")}`);
  const pictures = { two: join(folder, "two.png"), large: join(folder, "large.png") };
  writeFileSync(film, await drawFilm(page));
  writeFileSync(pictures.two, await drawTwo(page));
  writeFileSync(pictures.large, await drawLarge(page));
  await page.close();
  return pictures;
}

async function drawFilm(page: Page): Promise<Buffer> {
  const task = { frames: FRAMES, radius: FILM_RADIUS };
  const frames = await page.evaluate(({ frames, radius }) => {
    const image = document.querySelector("img")!;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext("2d")!;
    context.fillStyle = "rgb(150 155 162)"; // as the picture's own ground
    return Array.from({ length: frames }, (_, i) => {
      const angle = (2 * Math.PI * i) / frames;
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(image, radius * Math.cos(angle), radius * Math.sin(angle));
      return canvas.toDataURL("image/jpeg", 0.92).split(",")[1]!;
    });
  }, task);
  return Buffer.concat(frames.map((frame) => Buffer.from(frame, "base64")));
}

async function drawTwo(page: Page): Promise<Buffer> {
  const url = await page.evaluate(() => {
    const image = document.querySelector("img")!;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [1000, 480];
    const context = canvas.getContext("2d")!;
    context.drawImage(image, 0, 0);
    context.setTransform(-1, 0, 0, 1, canvas.width, 0);
    context.drawImage(image, 70, 0, 500, 480, 0, 0, 500, 480);
    return canvas.toDataURL("image/png");
  });
  return Buffer.from(url.split(",")[1]!, "base64");
}

async function drawLarge(page: Page): Promise<Buffer> {
  const url = await page.evaluate(() => {
    const image = document.querySelector("img")!;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [1500, 2000];
    const context = canvas.getContext("2d")!;
    context.fillStyle = "rgb(150 155 162)";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.translate(800, 950);
    context.rotate(0.6);
    context.scale(3.3, 3.3);
    context.drawImage(image, -image.width / 2, -image.height / 2);
    return canvas.toDataURL("image/png");
  });
  return Buffer.from(url.split(",")[1]!, "base64");
}
