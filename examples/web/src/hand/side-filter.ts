import { LEAST_SIDE_SHARE, SIDE_MARGIN } from "./constants";

/** One hand's side over the frames of a film: the running mean of its chances' logits. */
export class SideFilter {
  #count = 0;
  #mean = 0;

  /** Add a frame's chance of a left hand, 0..1. */
  add(leftScore: number): void {
    const chance = Math.min(Math.max(leftScore, SIDE_MARGIN), 1 - SIDE_MARGIN);
    this.#count++;
    const share = Math.max(1 / this.#count, LEAST_SIDE_SHARE);
    this.#mean += share * (Math.log(chance / (1 - chance)) - this.#mean);
  }

  /** That of a left hand, of all frames so far; `null` before the first. */
  get chance(): number | null {
    return this.#count > 0 ? 1 / (1 + Math.exp(-this.#mean)) : null;
  }
}
