import type { HandPose } from "../hand/hand-pose";
import { handWords } from "./hand-words";
import { keypointColors } from "./keypoint-colors";

const COLUMNS = ["Point", "x", "y", "Score"];

/** The table of one hand's keypoints: a row each with x, y and score. */
export class KeypointTable {
  readonly element = document.createElement("table");
  readonly #caption = this.element.createCaption();
  readonly #body: HTMLTableSectionElement;

  constructor(names: readonly string[]) {
    const head = this.element.createTHead().insertRow();
    head.append(...COLUMNS.map((name) => makeHead(name, "col")));
    this.#body = this.element.createTBody();
    const colors = keypointColors(names);
    this.#body.append(...names.map((name, i) => makeRow(name, colors[i]!)));
  }

  /** Fill in a hand's numbers; `null` hides the table. */
  show(hand: HandPose | null, index: number): void {
    this.element.hidden = hand === null;
    if (hand === null) {
      return;
    }
    this.#caption.textContent = `${handWords(hand, index)}; x and y in pixels`;
    [...this.#body.rows].forEach((row, i) => {
      const [, x, y, score] = row.cells;
      const value = hand.scores[i]!;
      x!.textContent = hand.keypoints[i]!.x.toFixed(1);
      y!.textContent = hand.keypoints[i]!.y.toFixed(1);
      score!.textContent = value.toFixed(2);
      score!.style.setProperty("--score", String(value));
    });
  }
}

function makeHead(text: string, scope: string): HTMLTableCellElement {
  const head = document.createElement("th");
  head.scope = scope;
  head.textContent = text;
  return head;
}

function makeRow(name: string, color: string): HTMLTableRowElement {
  const row = document.createElement("tr");
  const head = makeHead(name.replaceAll("_", " "), "row");
  head.style.setProperty("--color", color);
  row.append(head, ...[0, 1, 2].map(() => document.createElement("td")));
  row.lastElementChild!.className = "score";
  return row;
}
