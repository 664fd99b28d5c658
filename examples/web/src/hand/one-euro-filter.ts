import { BETA, LEAST_FILTER_STEP, MIN_CUTOFF, SPEED_CUTOFF } from "./constants";
import type { Point } from "./geometry";

interface PointState {
  readonly raw: Point;
  readonly smoothed: Point;
  readonly velocity: Point;
}

/**
 * The One-Euro filter (Casiez, Roussel, Vogel, CHI 2012), as handypose_tf has it: each
 * keypoint is steady where it rests and quick where it moves.
 */
export class OneEuroFilter {
  #states: PointState[] | null = null;
  #size = 1;
  #seconds = 0;

  /**
   * Return the smoothed points of the next frame.
   *
   * @param size Of the hand, pixels, by which speeds are measured.
   * @param seconds Time of the points.
   */
  next(points: readonly Point[], size: number, seconds: number): Point[] {
    const step = Math.max(seconds - this.#seconds, LEAST_FILTER_STEP);
    this.#seconds = seconds;
    if (this.#states === null) {
      this.#size = Math.max(size, 1);
      this.#states = points.map((raw) => ({ raw, smoothed: raw, velocity: { x: 0, y: 0 } }));
    } else {
      this.#size += share(MIN_CUTOFF, step) * (size - this.#size); // it jitters, too
      this.#states = this.#states.map((last, i) => this.#advance(last, points[i]!, step));
    }
    return this.#states.map((state) => state.smoothed);
  }

  #advance(last: PointState, raw: Point, step: number): PointState {
    const change = { x: (raw.x - last.raw.x) / step, y: (raw.y - last.raw.y) / step };
    const velocity = mix(last.velocity, change, share(SPEED_CUTOFF, step));
    const speed = Math.hypot(velocity.x, velocity.y) / Math.max(this.#size, 1);
    const smoothed = mix(last.smoothed, raw, share(MIN_CUTOFF + BETA * speed, step));
    return { raw, smoothed, velocity };
  }
}

/** The new value's share in a low-pass of a cut-off frequency after a step of time. */
function share(cutoff: number, step: number): number {
  return 1 / (1 + 1 / (2 * Math.PI * cutoff * step));
}

function mix(from: Point, to: Point, amount: number): Point {
  return { x: from.x + amount * (to.x - from.x), y: from.y + amount * (to.y - from.y) };
}
