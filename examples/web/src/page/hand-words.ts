import type { HandPose } from "../hand/hand-pose";

/** E.g. `2 hands found`. */
export function countWords(count: number): string {
  return count === 1 ? "1 hand found" : `${count} hands found`;
}

/** The number of a hand: the one it keeps from frame to frame, else its place. */
function handNumber({ id }: HandPose, index: number): number {
  return id ?? index + 1;
}

/** `left` or `right`; `null` where the model does not tell. */
function sideWord({ leftScore }: HandPose): "left" | "right" | null {
  if (leftScore === null) {
    return null;
  }
  return leftScore > 0.5 ? "left" : "right";
}

/** E.g. `Hand 1, left, score 0.98`. */
export function handWords(hand: HandPose, index: number): string {
  const side = sideWord(hand);
  const facts = [`Hand ${handNumber(hand, index)}`, ...(side ? [side] : [])];
  return [...facts, `score ${hand.score.toFixed(2)}`].join(", ");
}

/** The same in short, e.g. `#1 left 0.98`. */
export function shortWords(hand: HandPose, index: number): string {
  const side = sideWord(hand);
  const facts = [`#${handNumber(hand, index)}`, ...(side ? [side] : [])];
  return [...facts, hand.score.toFixed(2)].join(" ");
}
