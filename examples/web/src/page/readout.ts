import { element } from "./elements";

/** The lines under the picture: what was found, figures, and errors in words. */
export class Readout {
  readonly #status = element("status", HTMLElement);
  readonly #figures = element("figures", HTMLElement);
  readonly #notice = element("notice", HTMLElement);

  /** Say what goes on; screen readers announce it, so it is set only when it changes. */
  status(text: string): void {
    if (this.#status.textContent !== text) {
      this.#status.textContent = text;
    }
  }

  /** Show numbers that change all the time. */
  figures(text: string): void {
    this.#figures.textContent = text;
  }

  /** Show an error. */
  warn(text: string): void {
    this.#notice.textContent = text;
    this.#notice.hidden = false;
  }

  /** Take the last error away. */
  clearWarning(): void {
    this.#notice.hidden = true;
    this.#notice.textContent = "";
  }
}
