import { assign } from "./assignment";
import {
  DRIFT,
  EVERY,
  LEAST_ALIKE,
  MAX_HANDS,
  MOST_HIDDEN,
  MOST_UNLIKE,
  NEAR_SCALE,
  PATIENCE,
  TAKEOVER,
} from "./constants";
import { boxCenter } from "./geometry";
import type { HandEstimator } from "./hand-estimator";
import { isSameHand } from "./hand-overlap";
import type { HandPose } from "./hand-pose";
import { HandTrack } from "./hand-track";
import type { Pixels } from "./warp";

/** What the tracker asks of an estimator. */
export type Estimator = Pick<HandEstimator, "find" | "predictRegions" | "nextRegion" | "limits">;

/**
 * Follows hands from frame to frame, as `handypose_tf.HandTracker` does: each is cut out
 * around its last pose; where none is followed, one was just lost, and on every tenth
 * frame the whole frame is searched.
 */
export class HandTracker {
  readonly #estimator: Estimator;
  #tracks: HandTrack[] = [];
  #lost: HandTrack[] = [];
  #nextId = 1;
  #frame = -1;

  constructor(estimator: Estimator) {
    this.#estimator = estimator;
  }

  /** Forget all hands, as between two films; ids start at 1 again. */
  reset(): void {
    [this.#tracks, this.#lost, this.#nextId, this.#frame] = [[], [], 1, -1];
  }

  /**
   * Find the hands of the next frame, the longest followed first.
   *
   * @param now Time of the frame, seconds; not before that of the last one.
   */
  async update(frame: Pixels, now: number): Promise<HandPose[]> {
    this.#frame++;
    const before = this.#tracks.length;
    this.#forget(now);
    await this.#follow(frame, now);
    const wasLost = this.#tracks.length < before;
    if (this.#tracks.length === 0 || wasLost || this.#frame % EVERY === 0) {
      await this.#search(frame, now);
    }
    return this.#tracks.map((track) => track.result());
  }

  /** Forget lost hands; behind another hand their patience does not run. */
  #forget(now: number): void {
    const followed = this.#tracks.map((track) => track.pose);
    this.#lost
      .filter((track) => isNear(track.expected(now), followed))
      .forEach((track) => (track.hiddenUntil = now));
    this.#lost = this.#lost.filter(
      ({ seconds, hiddenUntil }) =>
        now - Math.max(seconds, hiddenUntil) <= PATIENCE && now - seconds <= MOST_HIDDEN,
    );
  }

  /** Look for each hand where it should be; those without a pose are lost. */
  async #follow(frame: Pixels, now: number): Promise<void> {
    const { minScore, keepScore } = this.#estimator.limits;
    const tracks = [...this.#tracks, ...this.#lost];
    const count = this.#tracks.length;
    const places = tracks.map((track, i) => (i < count ? track.pose : track.expected(now)));
    const regions = places.map((place) => this.#estimator.nextRegion(place));
    const poses = await this.#estimator.predictRegions(frame, regions);
    const looks = poses.map((pose, i) => {
      const least = i < count ? keepScore : minScore;
      return pose.score >= least && isInside(pose, frame) ? pose : null;
    });
    this.#take(tracks, distribute(tracks, looks, count, now), now);
  }

  #take(tracks: readonly HandTrack[], seen: readonly (HandPose | null)[], now: number): void {
    const followed: HandTrack[] = [];
    const others: HandTrack[] = [];
    const hands = tracks.map((track, i) => seen[i] ?? track.expected(now));
    tracks.forEach((track, i) => {
      const pose = seen[i] ?? null;
      if (pose === null) {
        others.push(track);
        return;
      }
      if (this.#lost.includes(track)) {
        track.returnAs(pose, now);
      } else {
        track.see(pose, now, !isNear(pose, hands.filter((_, other) => other !== i)));
      }
      followed.push(track);
    });
    [this.#tracks, this.#lost] = [followed, others];
  }

  /** Find hands besides the followed ones and follow them, too. */
  async #search(frame: Pixels, now: number): Promise<void> {
    const known = this.#tracks.map((track) => track.pose);
    const hands = await this.#estimator.find(frame, known);
    const found = hands.filter((hand) => isInside(hand, frame));
    const lost = this.#lostHands(found, now);
    found.forEach((pose, i) => {
      if (!this.#makeRoom(pose)) {
        return;
      }
      const track = lost[i] ?? new HandTrack(this.#nextId++, pose, now);
      if (this.#lost.includes(track)) {
        this.#lost = this.#lost.filter((other) => other !== track);
        track.returnAs(pose, now);
      }
      this.#tracks.push(track);
    });
  }

  /** For each hand that was found the lost one that it is, if any. */
  #lostHands(found: readonly HandPose[], now: number): (HandTrack | null)[] {
    const costs = found.map((pose) =>
      this.#lost.map((track) =>
        Math.max(track.cost(pose, now) - DRIFT * (now - track.seconds), 0),
      ),
    );
    const lost = this.#lost;
    return assign(costs, MOST_UNLIKE).map((i) => (i === null ? null : lost[i]!));
  }

  /** Tell whether there is a place for a new hand, freeing one if it is better. */
  #makeRoom({ score }: HandPose): boolean {
    if (this.#tracks.length < MAX_HANDS) {
      return true;
    }
    const worst = this.#tracks.reduce((a, b) => (b.pose.score < a.pose.score ? b : a));
    if (score < worst.pose.score + TAKEOVER) {
      return false;
    }
    this.#tracks = this.#tracks.filter((track) => track !== worst);
    return true;
  }
}

/**
 * Each track's pose of those that were seen; a hand is seen once.
 *
 * @param tracks The followed ones first.
 * @param looks What was seen where each should be; `null` is nothing.
 * @param count Of the followed ones.
 */
function distribute(
  tracks: readonly HandTrack[],
  looks: readonly (HandPose | null)[],
  count: number,
  now: number,
): (HandPose | null)[] {
  const hands = group(looks);
  const choose = (row: number, hand: readonly number[]) =>
    looks[hand.includes(row) ? row : surest(looks, hand)]!;
  const costs = tracks.map((track, row) =>
    hands.map((hand) => {
      const cost = track.cost(choose(row, hand), now);
      if (row >= count) {
        return cost > LEAST_ALIKE ? Infinity : cost;
      }
      return hand.includes(row) ? Math.min(cost, MOST_UNLIKE) : cost;
    }),
  );
  return assign(costs, MOST_UNLIKE).map((column, row) =>
    column === null ? null : choose(row, hands[column]!),
  );
}

/** Which looks saw one and the same hand. */
function group(looks: readonly (HandPose | null)[]): number[][] {
  const groups: number[][] = [];
  looks.forEach((pose, index) => {
    if (pose === null) {
      return;
    }
    const own = groups.find(([first]) => isSameHand(looks[first!]!, pose));
    if (own === undefined) {
      groups.push([index]);
    } else {
      own.push(index);
    }
  });
  return groups;
}

function surest(looks: readonly (HandPose | null)[], hand: readonly number[]): number {
  return hand.reduce((a, b) => (looks[b]!.score > looks[a]!.score ? b : a));
}

/** Tell whether another hand is so near that both may be mixed up. */
function isNear(pose: HandPose, others: readonly HandPose[]): boolean {
  const own = boxCenter(pose.box);
  return others.some(({ box }) => {
    const { x, y } = boxCenter(box);
    const reach = NEAR_SCALE / 2;
    return (
      Math.abs(own.x - x) < reach * (pose.box.width + box.width) &&
      Math.abs(own.y - y) < reach * (pose.box.height + box.height)
    );
  });
}

function isInside({ box }: HandPose, { width, height }: Pixels): boolean {
  const { x, y } = boxCenter(box);
  return x >= 0 && y >= 0 && x < width && y < height;
}
