/** MediaPipe's HandLandmarker for the web with a bundle, in headless Chromium.
 *
 *   node landmarker.mjs JOB.json OUT.json
 *
 * Job and result are those of benchmarks/mediapipe_landmarker.py; `delegate`, "CPU" or "GPU", may
 * be added. The GPU is a simulated one: slow, and with a real one's set of operations.
 */

import { createReadStream, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const EXECUTABLE = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const PACKAGE = fileURLToPath(new URL("node_modules/@mediapipe/tasks-vision/", import.meta.url));
const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
const SIMULATED_GPU = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
const FLAGS = { CPU: ["--disable-gpu"], GPU: SIMULATED_GPU };
const FRAME_MS = 40;

const [jobFile, out] = process.argv.slice(2);
const job = { delegate: "CPU", ...JSON.parse(readFileSync(jobFile, "utf8")) };

/** Serve the package, the bundle and the pictures. */
function serve() {
  const files = new Map([["/bundle.task", job.bundle]]);
  job.pictures.forEach((path, index) => files.set(`/${index}.png`, path));
  const server = createServer((request, response) => {
    if (request.url === "/") {
      response.setHeader("content-type", "text/html");
      response.end("<!doctype html><title>test</title>");
      return;
    }
    const file = files.get(request.url) ?? PACKAGE + request.url;
    if (!existsSync(file)) {
      response.statusCode = 404;
      response.end();
      return;
    }
    response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** In the page: find the hands of each picture. */
async function findHands({ mode, delegate, count, numHands, confidence, frameMs }) {
  const { HandLandmarker } = await import("/vision_bundle.mjs");
  const fileset = {
    wasmLoaderPath: "/wasm/vision_wasm_internal.js",
    wasmBinaryPath: "/wasm/vision_wasm_internal.wasm",
  };
  const landmarker = await HandLandmarker.createFromOptions(fileset, {
    baseOptions: { modelAssetPath: "/bundle.task", delegate },
    runningMode: mode === "video" ? "VIDEO" : "IMAGE",
    numHands,
    minHandDetectionConfidence: confidence,
    minHandPresenceConfidence: confidence,
    minTrackingConfidence: confidence,
  });
  const found = [];
  for (let index = 0; index < count; index++) {
    const picture = new Image();
    picture.src = `/${index}.png`;
    await picture.decode();
    const { width, height } = picture;
    const result =
      mode === "video"
        ? landmarker.detectForVideo(picture, index * frameMs)
        : landmarker.detect(picture);
    found.push(
      result.landmarks.map((points, hand) => ({
        keypoints: points.map(({ x, y }) => [x * width - 0.5, y * height - 0.5]),
        side: result.handedness[hand][0].categoryName,
        score: result.handedness[hand][0].score,
      })),
    );
  }
  landmarker.close();
  return found;
}

const server = await serve();
const browser = await chromium.launch({
  executablePath: EXECUTABLE,
  args: ["--no-sandbox", "--no-first-run", "--disable-background-networking", ...FLAGS[job.delegate]],
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(0);
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const { mode, delegate, num_hands: numHands, confidence, pictures } = job;
  const options = { mode, delegate, numHands, confidence, count: pictures.length };
  const found = await page.evaluate(findHands, { ...options, frameMs: FRAME_MS });
  writeFileSync(out, JSON.stringify(found));
} finally {
  await browser.close();
  server.close();
}
