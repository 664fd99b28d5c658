import { FINGER_COLORS, WRIST_COLOR } from "../hand/constants";

const COLORS: Readonly<Record<string, readonly number[]>> = { wrist: WRIST_COLOR, ...FINGER_COLORS };

/** A colour per keypoint: by finger for a hand's names (`thumb_1`), else around the circle. */
export function keypointColors(names: readonly string[]): string[] {
  return names.map((name, i) => {
    const color = COLORS[partName(name)];
    return color ? cssColor(color) : `hsl(${(360 * i) / names.length} 100% 70%)`;
  });
}

/** What each colour stands for: the parts of the hand, or every point. */
export function colorLegend(names: readonly string[]): Map<string, string> {
  const colors = keypointColors(names);
  const isHand = names.every((name) => partName(name) in COLORS);
  return new Map(names.map((name, i) => [isHand ? partName(name) : name, colors[i]!]));
}

/** A colour as style sheets and canvases take it. */
export function cssColor(color: readonly number[]): string {
  return `rgb(${color.join(" ")})`;
}

function partName(name: string): string {
  return name.split("_")[0]!;
}
