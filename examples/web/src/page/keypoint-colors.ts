/** As `handypose_tf/drawing.py` draws them. */
const FINGER_COLORS: Readonly<Record<string, string>> = {
  wrist: "rgb(245 245 245)",
  thumb: "rgb(255 96 88)",
  index: "rgb(255 206 64)",
  middle: "rgb(98 220 110)",
  ring: "rgb(84 178 255)",
  little: "rgb(222 130 255)",
};

/** A colour per keypoint: by finger for a hand's names (`thumb_1`), else around the circle. */
export function keypointColors(names: readonly string[]): string[] {
  return names.map((name, i) => {
    const [finger = ""] = name.split("_");
    return FINGER_COLORS[finger] ?? `hsl(${(360 * i) / names.length} 100% 70%)`;
  });
}
