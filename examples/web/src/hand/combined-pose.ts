import { LEAST_WEIGHT, SAME_PLACE, SURENESS } from "./constants";
import { longerSide, type Point, tightBox } from "./geometry";
import { type HandPose, pointsScore } from "./hand-pose";

/**
 * The pose that several looks at one hand amount to, as `handypose_tf`'s `combined_pose`.
 *
 * @param looks One at least, the first look first.
 * @param tellPresence Whether the looks' score is the chance of a hand.
 */
export function combinedPose(looks: readonly HandPose[], tellPresence: boolean): HandPose {
  const sureness = looks.map(pointsScore);
  const surest = looks[sureness.lastIndexOf(Math.max(...sureness))]!;
  if (looks.length === 1) {
    return surest;
  }
  const shares = sureness.map((value) => Math.max(value, LEAST_WEIGHT) ** SURENESS);
  const limit = SAME_PLACE * longerSide(surest.box);
  const keypoints = surest.keypoints.map((place, joint) =>
    meanOf(
      looks.map((look, i) => {
        const point = look.keypoints[joint]!;
        const near = Math.hypot(point.x - place.x, point.y - place.y) <= limit;
        const score = Math.max(look.scores[joint]!, LEAST_WEIGHT);
        return [point, near ? score * shares[i]! : 0];
      }),
    ),
  );
  const lefts = looks.flatMap(({ leftScore }) => (leftScore === null ? [] : [leftScore]));
  return {
    ...surest,
    keypoints,
    box: tightBox(keypoints),
    score: tellPresence ? meanChance(looks.map(({ score }) => score)) : surest.score,
    leftScore: lefts.length > 0 ? meanChance(lefts) : null,
  };
}

/** The weighted mean of points. */
function meanOf(weighted: readonly (readonly [Point, number])[]): Point {
  let [x, y, total] = [0, 0, 0];
  for (const [point, weight] of weighted) {
    x += weight * point.x;
    y += weight * point.y;
    total += weight;
  }
  return { x: x / total, y: y / total };
}

/** The chance whose logit is the mean of the chances' logits. */
function meanChance(chances: readonly number[]): number {
  const logits = chances.map((chance) => {
    const p = Math.min(Math.max(chance, LEAST_WEIGHT), 1 - LEAST_WEIGHT);
    return Math.log(p / (1 - p));
  });
  const mean = logits.reduce((sum, logit) => sum + logit, 0) / logits.length;
  return 1 / (1 + Math.exp(-mean));
}
