import type { HandPose } from "../hand/hand-pose";
import type { BundledModel } from "../hand/model";
import { element } from "./elements";
import { keypointColors } from "./keypoint-colors";

const EMPTY = "–";

/** The table of keypoints: a row each with x, y and score. */
export class ScoreTable {
  readonly #body = element("scores", HTMLTableSectionElement);

  /** Make the rows of a model's keypoints. */
  setModel(model: BundledModel): void {
    const colors = keypointColors(model.keypointNames);
    this.#body.replaceChildren(...model.keypointNames.map((name, i) => makeRow(name, colors[i]!)));
    this.show(null);
  }

  /** Fill in a hand's numbers; `null` empties the table. */
  show(hand: HandPose | null): void {
    [...this.#body.rows].forEach((row, i) => {
      const [, x, y, score] = row.cells;
      const point = hand?.keypoints[i];
      const value = hand?.scores[i];
      x!.textContent = point?.x.toFixed(1) ?? EMPTY;
      y!.textContent = point?.y.toFixed(1) ?? EMPTY;
      score!.textContent = value?.toFixed(2) ?? EMPTY;
      score!.style.setProperty("--score", String(value ?? 0));
    });
  }
}

function makeRow(name: string, color: string): HTMLTableRowElement {
  const row = document.createElement("tr");
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = name.replaceAll("_", " ");
  head.style.setProperty("--color", color);
  row.append(head, ...[0, 1, 2].map(() => document.createElement("td")));
  row.lastElementChild!.className = "score";
  return row;
}
