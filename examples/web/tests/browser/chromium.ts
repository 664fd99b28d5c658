import { existsSync } from "node:fs";
import { type Browser, type BrowserServer, chromium } from "playwright-core";

const EXECUTABLE = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

const FLAGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** Start a headless Chromium that several test files use. */
export function startChromium(...flags: string[]): Promise<BrowserServer> {
  return chromium.launchServer(launchOptions(flags));
}

/** Use one that was started. */
export function connectChromium(endpoint: string): Promise<Browser> {
  return chromium.connect(endpoint);
}

/** Start a headless Chromium with flags that the shared one has not. */
export function launchChromium(...flags: string[]): Promise<Browser> {
  return chromium.launch(launchOptions(flags));
}

function launchOptions(flags: readonly string[]): { executablePath: string; args: string[] } {
  if (!existsSync(EXECUTABLE)) {
    throw new Error(`${EXECUTABLE}: no Chromium; install it or set CHROMIUM to its file`);
  }
  return { executablePath: EXECUTABLE, args: [...FLAGS, ...flags] };
}

/** Flags for a camera that plays a film, allowed without asking. */
export function filmCamera(film: string): string[] {
  return [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-video-capture=${film}`,
  ];
}
