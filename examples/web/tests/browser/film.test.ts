import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";

import { findDetector, findModels } from "../../plugins/model-files.ts";
import type { HandPose } from "../../src/hand/hand-pose.ts";
import type { Reply, Request } from "../../src/hand/messages.ts";
import { MODELS, ROOT } from "./places.ts";
import type { PhonePage } from "./served-page.ts";
import { sharedPhone } from "./shared-phone.ts";

/** What a frame shows: cut-outs, back to front, by their upper left corners. */
interface Shown {
  readonly sprite: string;
  readonly x: number;
  readonly y: number;
  readonly flipped: boolean;
}

interface GoldenHand {
  readonly id: number;
  readonly score: number;
  readonly left_score: number | null;
  readonly smoothed: readonly (readonly [number, number])[];
}

/** Made by `tools/golden_film.py`. */
interface Film {
  readonly models: { readonly pose: { readonly file: string } };
  readonly tolerances: {
    readonly keypoints_px: number;
    /** Of the points, that lie within `keypoints_px`. */
    readonly share: number;
    readonly farthest_px: number;
    readonly score: number;
  };
  readonly width: number;
  readonly height: number;
  readonly frames_a_second: number;
  readonly background: { readonly top: number; readonly rows: number };
  /** PNG files in base64. */
  readonly sprites: Readonly<Record<string, string>>;
  readonly frames: readonly {
    readonly shown: readonly Shown[];
    readonly hands: readonly GoldenHand[];
  }[];
}

const film = JSON.parse(readFileSync(`${ROOT}examples/golden_film.json`, "utf8")) as Film;

let phone: PhonePage;

beforeAll(async () => {
  phone = await sharedPhone();
});

test("the golden film has Python's ids and points", async () => {
  const frames = await followFilm();
  const distances: number[] = [];
  film.frames.forEach(({ hands }, index) => {
    const found = frames[index]!;
    expect(found.map((hand) => hand.id), `frame ${index}`).toEqual(hands.map((hand) => hand.id));
    hands.forEach(({ score, left_score, smoothed }, i) => {
      const hand = found[i]!;
      expect(Math.abs(hand.score - score)).toBeLessThan(film.tolerances.score);
      expect(hand.leftScore === null).toBe(left_score === null);
      expect(Math.abs((hand.leftScore ?? 0) - (left_score ?? 0))).toBeLessThan(0.05);
      smoothed.forEach(([x, y], point) => {
        const { x: ownX, y: ownY } = hand.keypoints[point]!;
        distances.push(Math.hypot(ownX - x, ownY - y));
      });
    });
  });
  distances.sort((a, b) => a - b);
  const [middle, farthest] = [distances[distances.length >> 1]!, distances.at(-1)!];
  console.log(`golden film: middle ${middle.toFixed(3)}, at most ${farthest.toFixed(2)} px from Python`);
  const near = distances.filter((distance) => distance < film.tolerances.keypoints_px);
  expect(near.length / distances.length).toBeGreaterThan(film.tolerances.share);
  expect(farthest).toBeLessThan(film.tolerances.farthest_px);
});

/** Give the film to the page's own worker; returns the hands of each frame. */
async function followFilm(): Promise<readonly (readonly HandPose[])[]> {
  const models = findModels(MODELS).map((file) => file.model);
  const model = models.find(({ name }) => `${name}.tflite` === film.models.pose.file);
  expect(model, `${film.models.pose.file} is not in the page`).toBeDefined();
  const assets = readdirSync(new URL("../../dist/assets/", import.meta.url));
  const script = assets.find((name) => name.startsWith("estimator-worker"))!;
  const load = { model, detector: findDetector(MODELS)?.model ?? null };
  return phone.page.evaluate(runFilm, { film, load, script: `./assets/${script}` });
}

/** Runs in the page. */
async function runFilm(task: {
  film: Film;
  load: object;
  script: string;
}): Promise<(readonly HandPose[])[]> {
  const { width, height, frames, background, sprites, frames_a_second } = task.film;
  const worker = new Worker(task.script);
  const send = (id: number, order: object, lent: Transferable[] = []) =>
    new Promise<readonly HandPose[]>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Reply>) =>
        "error" in data ? reject(new Error(data.error)) : resolve(data.finding?.hands ?? []);
      worker.postMessage({ id, order } as Request, lent);
    });

  const cut = new Map<string, ImageData>();
  for (const [name, png] of Object.entries(sprites)) {
    const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
    const options = { colorSpaceConversion: "none" } as const;
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }), options);
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d")!;
    context.drawImage(image, 0, 0);
    cut.set(name, context.getImageData(0, 0, image.width, image.height));
  }

  const draw = (shown: readonly Shown[]): ImageData => {
    const frame = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      const grey = background.top + Math.floor(Math.floor(i / width) / background.rows);
      frame.data.set([grey, grey, grey, 255], 4 * i);
    }
    for (const { sprite, x, y, flipped } of shown) {
      const { data, width: side } = cut.get(sprite)!;
      for (let i = 0; i < side * side; i++) {
        const [column, row] = [i % side, Math.floor(i / side)];
        const [toX, toY] = [x + (flipped ? side - 1 - column : column), y + row];
        const isInside = toX >= 0 && toY >= 0 && toX < width && toY < height;
        if (isInside && data[4 * i + 3]! > 0) {
          frame.data.set(data.subarray(4 * i, 4 * i + 4), 4 * (toY * width + toX));
        }
      }
    }
    return frame;
  };

  await send(0, { kind: "load", ...task.load, pageUrl: document.baseURI });
  const found: (readonly HandPose[])[] = [];
  for (const [index, { shown }] of frames.entries()) {
    const frame = await createImageBitmap(draw(shown));
    const follow = { kind: "follow", seconds: index / frames_a_second };
    found.push(await send(index + 1, { kind: "find", task: follow, frame }, [frame]));
  }
  worker.terminate();
  return found;
}
