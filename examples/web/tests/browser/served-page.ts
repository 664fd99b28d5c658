import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { preview, type PreviewServer } from "vite";

/** Longest wait for anything on the page, milliseconds. */
const TIMEOUT = 45_000;

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));

/** A phone's screen. */
export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true };

/** Serve the built page on a free port. */
export async function servePage(): Promise<{ server: PreviewServer; url: string }> {
  const server = await preview({ root: PROJECT, preview: { port: 0, host: "127.0.0.1" } });
  const { port } = server.httpServer.address() as AddressInfo;
  return { server, url: `http://localhost:${port}/` };
}

/** A hand as the page shows it. */
export interface ShownHand {
  /** Its number and what else its line says. */
  readonly id: number;
  readonly isLeft: boolean | null;
  readonly score: number;
  /** x, y and score of each point. */
  readonly points: number[][];
}

/** The page on a phone's screen, and all that went wrong on it. */
export class PhonePage {
  readonly page: Page;
  /** Errors on the console, uncaught ones, and requests to other hosts or with a body. */
  readonly complaints: string[] = [];

  private constructor(page: Page, url: string) {
    this.page = page;
    page.on("console", (message) => {
      if (message.type() === "error") {
        this.complaints.push(`console: ${message.text()}`);
      }
    });
    page.on("pageerror", (error) => this.complaints.push(`uncaught: ${error.message}`));
    page.context().on("request", (request) => {
      const isOwn = request.url().startsWith(url) || request.url().startsWith("blob:");
      if (!isOwn || request.method() !== "GET") {
        this.complaints.push(`request: ${request.method()} ${request.url()}`);
      }
    });
  }

  /** Open a tab for the page; `goto` then loads it. */
  static async open(
    browser: Browser,
    url: string,
    options: BrowserContextOptions = {},
  ): Promise<PhonePage> {
    const context = await browser.newContext({ ...PHONE, ...options });
    context.setDefaultTimeout(TIMEOUT);
    return new PhonePage(await context.newPage(), url);
  }

  /** Wait until the status line says something. */
  async status(words: RegExp): Promise<void> {
    await this.page.locator("#status").filter({ hasText: words }).waitFor();
  }

  /** Wait for an error, and return its words. */
  async notice(): Promise<string> {
    const notice = this.page.locator("#notice");
    await notice.waitFor({ state: "visible" });
    return (await notice.textContent())!;
  }

  /** Pick a model by its place in the list, and wait until it is loaded. */
  async pick(index: number): Promise<void> {
    await this.page.selectOption("#model", { index });
    await this.page.locator("#model:enabled").waitFor();
    await this.settle();
  }

  /** Choose a photo, and wait until it was looked at. */
  async choosePhoto(file: string): Promise<void> {
    await this.page.setInputFiles("#photo-file", file);
    await this.settle();
  }

  /** Wait until what is shown stays. */
  async settle(): Promise<void> {
    await this.page.locator("#view:not([aria-busy=true])").waitFor();
  }

  /** The hands that the page shows, in order. */
  async hands(): Promise<ShownHand[]> {
    const shown = await this.page.evaluate(() => ({
      lines: [...document.querySelectorAll("#hands li")].map((line) => line.textContent ?? ""),
      tables: [...document.querySelectorAll<HTMLTableElement>("#tables table:not([hidden])")].map(
        ({ tBodies: [body] }) =>
          [...body!.rows].map((row) =>
            [...row.querySelectorAll("td")].map((cell) => Number(cell.textContent)),
          ),
      ),
    }));
    return shown.lines.map((line, i) => {
      const [, id, side, score] = /^#(\d+) (left |right )?([\d.]+)$/.exec(line)!;
      const isLeft = side === undefined ? null : side === "left ";
      return { id: Number(id), isLeft, score: Number(score), points: shown.tables[i] ?? [] };
    });
  }

  /** The points of the first hand: x, y and score of each; none where there is no hand. */
  async keypoints(): Promise<number[][]> {
    return (await this.hands())[0]?.points ?? [];
  }

  /** Keep a screenshot if the folder for them is named by `SCREENSHOTS`. */
  async screenshot(name: string): Promise<void> {
    const folder = process.env["SCREENSHOTS"];
    if (folder !== undefined) {
      mkdirSync(folder, { recursive: true });
      await this.page.screenshot({ path: join(folder, `${name}.png`) });
    }
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
