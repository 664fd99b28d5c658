import type { BundledModel } from "../hand/model";
import { element } from "./elements";

const MEGABYTE = 1e6;

/** Lets the user pick one of the models that the page was built with. */
export class ModelPicker {
  readonly #select = element("model", HTMLSelectElement);
  readonly #models: readonly BundledModel[];

  constructor(models: readonly BundledModel[], onPick: (model: BundledModel) => void) {
    this.#models = models;
    this.#select.replaceChildren(
      ...models.map((model, i) => new Option(describeModel(model), String(i))),
    );
    this.#select.addEventListener("change", () => onPick(this.picked));
  }

  /** The model that is picked. */
  get picked(): BundledModel {
    return this.#models[this.#select.selectedIndex]!;
  }

  /** Pick a model without telling. */
  set picked(model: BundledModel) {
    this.#select.selectedIndex = this.#models.indexOf(model);
  }

  /** Whether a model can be picked now. */
  set isEnabled(isEnabled: boolean) {
    this.#select.disabled = !isEnabled;
  }
}

/** E.g. `lite0, 224 px, int8 (3.7 MB)`. */
export function describeModel({ preset, imageSize, precision, bytes }: BundledModel): string {
  const name = preset.replace(/^handypose_/, "");
  return `${name}, ${imageSize} px, ${precision} (${(bytes / MEGABYTE).toFixed(1)} MB)`;
}
