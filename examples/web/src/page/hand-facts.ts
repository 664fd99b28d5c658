import type { HandPose } from "../hand/hand-pose";
import type { BundledModel } from "../hand/model";
import { element } from "./elements";
import { handWords, shortWords } from "./hand-words";
import { colorLegend } from "./keypoint-colors";
import { KeypointTable } from "./keypoint-table";

/** What is said of the hands beside the picture: a line each, and all numbers. */
export class HandFacts {
  readonly #list = element("hands", HTMLUListElement);
  readonly #legend = element("legend", HTMLUListElement);
  readonly #raw = element("raw", HTMLDetailsElement);
  readonly #noTables = element("no-tables", HTMLElement);
  readonly #place = element("tables", HTMLElement);
  #tables: KeypointTable[] = [];
  #model: BundledModel | null = null;
  #hands: readonly HandPose[] = [];

  constructor() {
    this.#raw.addEventListener("toggle", () => this.#fillTables());
  }

  /** Take a model's keypoints. */
  setModel(model: BundledModel): void {
    this.#model = model;
    this.#tables = [];
    this.#place.replaceChildren();
    const legend = [...colorLegend(model.keypointNames)];
    this.#legend.replaceChildren(...legend.map(([name, color]) => makeSwatch(name, color)));
    this.show([]);
  }

  /** Say what was found. */
  show(hands: readonly HandPose[]): void {
    this.#hands = hands;
    this.#list.hidden = hands.length === 0;
    while (this.#list.children.length > hands.length) {
      this.#list.lastElementChild!.remove();
    }
    hands.forEach((hand, i) => {
      const line = this.#list.children[i] ?? this.#list.appendChild(document.createElement("li"));
      line.textContent = shortWords(hand, i);
      line.setAttribute("aria-label", handWords(hand, i));
    });
    this.#fillTables();
  }

  /** Fill in the numbers, if they are seen. */
  #fillTables(): void {
    if (!this.#raw.open || this.#model === null) {
      return;
    }
    while (this.#tables.length < this.#hands.length) {
      const table = new KeypointTable(this.#model.keypointNames);
      this.#tables.push(table);
      this.#place.append(table.element);
    }
    this.#noTables.hidden = this.#hands.length > 0;
    this.#tables.forEach((table, i) => table.show(this.#hands[i] ?? null, i));
  }
}

function makeSwatch(name: string, color: string): HTMLLIElement {
  const item = document.createElement("li");
  item.textContent = name.replaceAll("_", " ");
  item.style.setProperty("--color", color);
  return item;
}
