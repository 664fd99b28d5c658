/** Frames a second over the last second or so. */
export class FrameRate {
  readonly #times: number[] = [];

  /**
   * Count a frame.
   *
   * @param time When it was finished, milliseconds.
   * @returns Frames a second; 0 until there are two.
   */
  tick(time: number): number {
    this.#times.push(time);
    while (this.#times.length > 2 && time - this.#times[0]! > WINDOW) {
      this.#times.shift();
    }
    const span = time - this.#times[0]!;
    return span > 0 ? ((this.#times.length - 1) * 1000) / span : 0;
  }
}

const WINDOW = 1000;
