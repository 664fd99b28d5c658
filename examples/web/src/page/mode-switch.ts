import type { Mode } from "./mode";

/** Switches between the modes as the radio buttons say. */
export class ModeSwitch {
  readonly #modes: Readonly<Record<string, Mode>>;
  #current: Mode | null = null;

  constructor(modes: Readonly<Record<string, Mode>>) {
    this.#modes = modes;
    for (const radio of document.querySelectorAll<HTMLInputElement>("input[name=mode]")) {
      radio.addEventListener("change", () => this.enter(radio.value));
    }
  }

  /** The mode that has the view; one must have been entered. */
  get current(): Mode {
    if (this.#current === null) {
      throw new Error("no mode was entered yet");
    }
    return this.#current;
  }

  /** Leave the current mode, if any, and enter another. */
  enter(name: string): void {
    this.#current?.leave();
    this.#current = this.#modes[name]!;
    this.#current.enter();
  }
}
