import type { HandPose } from "../hand/hand-pose";
import type { BundledModel } from "../hand/model";
import { keypointColors } from "./keypoint-colors";

const OUTLINE = "rgb(20 20 24)";

/** Points with a lower score, and the bones that touch them, are drawn faint. */
const FAINT_SCORE = 0.3;
const FAINT_OPACITY = 0.4;

/** Draw bones under dots, each with a dark outline; widths follow the hand's size. */
export function drawHand(
  context: CanvasRenderingContext2D,
  hand: HandPose,
  model: BundledModel,
): void {
  const size = Math.max(hand.box.width, hand.box.height);
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

function opacity(hand: HandPose, ...joints: number[]): number {
  return joints.every((joint) => hand.scores[joint]! >= FAINT_SCORE) ? 1 : FAINT_OPACITY;
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
