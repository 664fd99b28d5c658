import { LEAST_TRACK_STEP, MOST_COAST, SIDE_WEIGHT, SPEED_SECONDS } from "./constants";
import { longerSide, meanDistance, meanPoint, type Point, tightBox } from "./geometry";
import { commonSize, type HandPose } from "./hand-pose";
import { OneEuroFilter } from "./one-euro-filter";
import { SideFilter } from "./side-filter";

/** A hand that is followed, or was until lately. */
export class HandTrack {
  readonly id: number;
  /** When it was last behind another hand. */
  hiddenUntil = -Infinity;
  #pose: HandPose;
  #seconds: number;
  #velocity: Point = { x: 0, y: 0 };
  readonly #side = new SideFilter();
  #filter = new OneEuroFilter();

  constructor(id: number, pose: HandPose, seconds: number) {
    this.id = id;
    this.#pose = pose;
    this.#seconds = seconds;
    this.#takeSide(pose);
  }

  /** The last pose that was seen, not smoothed. */
  get pose(): HandPose {
    return this.#pose;
  }

  /** When that was. */
  get seconds(): number {
    return this.#seconds;
  }

  /**
   * Take the pose of the next frame.
   *
   * @param isAlone Whether no other hand is so near that it may have been mixed in: else
   *   speed and side stay as they are.
   */
  see(pose: HandPose, seconds: number, isAlone: boolean): void {
    const step = Math.max(seconds - this.#seconds, LEAST_TRACK_STEP);
    if (isAlone) {
      const [from, to] = [meanPoint(this.#pose.keypoints), meanPoint(pose.keypoints)];
      const share = 1 - Math.exp(-step / SPEED_SECONDS);
      const { x, y } = this.#velocity;
      this.#velocity = {
        x: x + share * ((to.x - from.x) / step - x),
        y: y + share * ((to.y - from.y) / step - y),
      };
      this.#takeSide(pose);
    }
    [this.#pose, this.#seconds] = [pose, seconds];
  }

  /** Take the pose of a hand that was lost; smoothing starts anew. */
  returnAs(pose: HandPose, seconds: number): void {
    [this.#pose, this.#seconds] = [pose, seconds];
    this.#filter = new OneEuroFilter();
  }

  /** The last pose, moved on as fast as the hand was. */
  expected(seconds: number): HandPose {
    const time = Math.min(seconds - this.#seconds, MOST_COAST);
    const [dx, dy] = [time * this.#velocity.x, time * this.#velocity.y];
    const { keypoints, box } = this.#pose;
    return {
      ...this.#pose,
      keypoints: keypoints.map(({ x, y }) => ({ x: x + dx, y: y + dy })),
      box: { ...box, x: box.x + dx, y: box.y + dy },
    };
  }

  /**
   * How unlike this hand a pose is, in hand sizes: the mean distance of its keypoints from
   * where they should be, and more where it is the other hand of the two.
   */
  cost(pose: HandPose, seconds: number): number {
    const due = this.expected(seconds);
    const distance = meanDistance(due.keypoints, pose.keypoints);
    return distance / Math.max(commonSize(due, pose), 1) + this.#sideCost(pose);
  }

  /** What is shown: smoothed, with id and side; once a frame. */
  result(): HandPose {
    const pose = this.#pose;
    const size = longerSide(pose.box);
    const keypoints = this.#filter.next(pose.keypoints, size, this.#seconds);
    const leftScore = pose.leftScore === null ? null : this.#side.chance;
    return { ...pose, id: this.id, keypoints, box: tightBox(keypoints), leftScore };
  }

  #takeSide({ leftScore }: HandPose): void {
    if (leftScore !== null) {
      this.#side.add(leftScore);
    }
  }

  #sideCost({ leftScore: other }: HandPose): number {
    const own = this.#side.chance;
    if (own === null || other === null) {
      return 0;
    }
    const differs = own * (1 - other) + other * (1 - own);
    return SIDE_WEIGHT * Math.max(2 * differs - 1, 0);
  }
}
