import { DOUBTFUL_SCORE, FAINT_OPACITY, FAINT_SCORE, OUTLINE_COLOR } from "../hand/constants";
import { longerSide } from "../hand/geometry";
import type { HandPose } from "../hand/hand-pose";
import type { BundledModel } from "../hand/model";
import { cssColor, keypointColors } from "./keypoint-colors";

const OUTLINE = cssColor(OUTLINE_COLOR);

/** Draw bones under dots, each with a dark outline; widths follow the hand's size. */
export function drawHand(
  context: CanvasRenderingContext2D,
  hand: HandPose,
  model: BundledModel,
): void {
  const size = longerSide(hand.box);
  const line = Math.min(Math.max(size / 70, 1.5), 24);
  const colors = keypointColors(model.keypointNames);
  context.save();
  context.lineCap = "round";
  for (const outline of [line / 1.5, 0]) {
    for (const [from, to] of model.skeleton) {
      context.globalAlpha = opacity(hand, from, to);
      context.lineWidth = line + outline;
      context.strokeStyle = outline ? OUTLINE : colors[to]!;
      drawBone(context, hand, from, to);
    }
  }
  hand.keypoints.forEach((_, joint) => {
    context.globalAlpha = opacity(hand, joint);
    drawDot(context, hand, joint, 1.3 * line, OUTLINE);
    drawDot(context, hand, joint, line, colors[joint]!);
  });
  context.restore();
}

/** Doubtful hands are drawn faint, and doubtful points and the bones that touch them. */
function opacity(hand: HandPose, ...joints: number[]): number {
  const isSure =
    hand.score >= DOUBTFUL_SCORE && joints.every((joint) => hand.scores[joint]! >= FAINT_SCORE);
  return isSure ? 1 : FAINT_OPACITY;
}

/** Canvas coordinates are those of pixel corners, half a pixel from the centres'. */
const CORNER = 0.5;

function drawBone(
  context: CanvasRenderingContext2D,
  { keypoints }: HandPose,
  from: number,
  to: number,
): void {
  const [start, end] = [keypoints[from]!, keypoints[to]!];
  context.beginPath();
  context.moveTo(start.x + CORNER, start.y + CORNER);
  context.lineTo(end.x + CORNER, end.y + CORNER);
  context.stroke();
}

function drawDot(
  context: CanvasRenderingContext2D,
  { keypoints }: HandPose,
  joint: number,
  radius: number,
  color: string,
): void {
  const { x, y } = keypoints[joint]!;
  context.fillStyle = color;
  context.beginPath();
  context.arc(x + CORNER, y + CORNER, radius, 0, 2 * Math.PI);
  context.fill();
}
