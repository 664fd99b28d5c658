import { OUTLINE_COLOR, WRIST_COLOR } from "../hand/constants";
import { longerSide } from "../hand/geometry";
import type { HandPose } from "../hand/hand-pose";
import { shortWords } from "./hand-words";
import { cssColor } from "./keypoint-colors";

/** Height of letters over the hand's size, and its limits in pixels of the screen. */
const LETTER = 0.09;
const [LOWEST, HIGHEST] = [11, 30];

/** How a picture is shown. */
export interface Shown {
  readonly width: number;
  readonly height: number;
  /** Pixels of the canvas a pixel of the picture. */
  readonly scale: number;
  /** The style sheet shows it as a mirror would. */
  readonly isMirrored: boolean;
}

/** Write number, side and score above a hand, or below it where there is no room. */
export function drawLabel(
  context: CanvasRenderingContext2D,
  hand: HandPose,
  index: number,
  { width, height, scale, isMirrored }: Shown,
): void {
  const text = shortWords(hand, index);
  const { box } = hand;
  const letter = clip(LETTER * longerSide(box), LOWEST / scale, HIGHEST / scale);
  context.save();
  context.font = `600 ${letter}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const reach = context.measureText(text).width / 2 + letter / 2;
  const above = box.y - 1.2 * letter;
  const y = above >= letter ? above : Math.min(box.y + box.height + 1.2 * letter, height - letter);
  const x = clip(box.x + box.width / 2, reach, Math.max(width - reach, reach));
  context.translate(x, y);
  context.scale(isMirrored ? -1 : 1, 1);
  context.lineJoin = "round";
  context.lineWidth = letter / 4;
  context.strokeStyle = cssColor(OUTLINE_COLOR);
  context.strokeText(text, 0, 0);
  context.fillStyle = cssColor(WRIST_COLOR);
  context.fillText(text, 0, 0);
  context.restore();
}

function clip(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}
