import { readFileSync, writeFileSync } from "node:fs";

import { launchChromium } from "./chromium.ts";
import { SAMPLE } from "./places.ts";

/** The picture goes once around a circle of this radius, pixels ... */
export const FILM_RADIUS = 48;

/** ... in so many frames, 30 a second. */
const FRAMES = 90;

/** Write a film of the sample picture moving about: JPEG after JPEG, as Chromium's camera plays. */
export async function makeCameraFilm(target: string): Promise<string> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const picture = `data:image/jpeg;base64,${readFileSync(SAMPLE).toString("base64")}`;
    const task = { picture, frames: FRAMES, radius: FILM_RADIUS };
    const frames = await page.evaluate(drawFrames, task);
    writeFileSync(target, Buffer.concat(frames.map((frame) => Buffer.from(frame, "base64"))));
    return target;
  } finally {
    await browser.close();
  }
}

/** Runs in the browser; returns JPEG files in base64. */
async function drawFrames(task: { picture: string; frames: number; radius: number }) {
  const image = new Image();
  image.src = task.picture;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext("2d")!;
  context.fillStyle = "rgb(150 155 162)"; // as the picture's own ground
  return Array.from({ length: task.frames }, (_, i) => {
    const angle = (2 * Math.PI * i) / task.frames;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, task.radius * Math.cos(angle), task.radius * Math.sin(angle));
    return canvas.toDataURL("image/jpeg", 0.92).split(",")[1]!;
  });
}
