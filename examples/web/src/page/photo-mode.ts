import sampleUrl from "../../../../handypose_tf/assets/demo_hand.jpg?url";
import type { Box } from "../hand/geometry";
import type { Finding, Task } from "../hand/messages";
import { element } from "./elements";
import { HandBox } from "./hand-box";
import { countWords } from "./hand-words";
import { describe, type Mode, type Page } from "./mode";
import { decodePhoto } from "./photo";

/** Finds the hands in a photo; the user may mark one with a box. */
export class PhotoMode implements Mode {
  readonly #page: Page;
  readonly #controls = element("photo-controls", HTMLElement);
  readonly #file = element("photo-file", HTMLInputElement);
  readonly #mark = element("mark", HTMLButtonElement);
  readonly #box = new HandBox(() => this.refresh());
  #isActive = false;
  #photo: ImageBitmap | null = null;
  /** Where the surest hand was found last. */
  #found: Box | null = null;
  #isBusy = false;
  /** Files that are being read. */
  #opening = 0;
  /** How many were chosen: of several that are read at once the last counts. */
  #chosen = 0;
  #isStale = false;

  constructor(page: Page) {
    this.#page = page;
    this.#file.addEventListener("change", () => {
      const file = this.#file.files?.[0];
      if (file !== undefined) {
        void this.#open(file);
      }
      this.#file.value = ""; // the same file may be chosen again
    });
    element("sample", HTMLButtonElement).addEventListener("click", () => void this.#openSample());
    this.#mark.addEventListener("click", () => this.#toggleBox());
  }

  enter(): void {
    this.#isActive = true;
    this.#controls.hidden = false;
    this.#page.view.mirrored = false;
    this.#page.view.clear();
    this.#page.view.guide("Choose a photo with hands");
    this.#page.readout.status("Ready");
    this.refresh();
  }

  leave(): void {
    this.#isActive = false;
    this.#controls.hidden = true;
    this.#closeBox();
  }

  refresh(): void {
    this.#isStale = true;
    if (!this.#isBusy) {
      void this.#findUntilFresh();
    }
  }

  async #openSample(): Promise<void> {
    await this.#open(fetchSample());
  }

  async #open(file: Blob | Promise<Blob>): Promise<void> {
    const { readout } = this.#page;
    readout.clearWarning();
    readout.status("Looking …");
    this.#opening++;
    this.#tellBusy();
    const number = ++this.#chosen;
    try {
      const photo = await decodePhoto(await file);
      if (number !== this.#chosen) {
        photo.close();
        return;
      }
      this.#closeBox();
      this.#photo = photo;
      this.#found = null;
      this.#mark.disabled = true; // until it is looked at
      this.refresh();
    } catch (error) {
      if (number === this.#chosen) {
        readout.status("Picture not read");
        readout.warn(describe(error));
      }
    } finally {
      this.#opening--;
      this.#tellBusy();
    }
  }

  #tellBusy(): void {
    this.#page.view.isBusy = this.#isBusy || this.#opening > 0;
  }

  /** Look for hands, again if photo, box or model have changed meanwhile. */
  async #findUntilFresh(): Promise<void> {
    this.#isBusy = true;
    this.#tellBusy();
    try {
      while (this.#isStale && this.#isActive && this.#photo !== null) {
        this.#isStale = false;
        await this.#find(this.#photo);
      }
    } catch (error) {
      this.#page.readout.warn(`Hands could not be looked for: ${describe(error)}`);
    } finally {
      this.#isBusy = false;
      this.#tellBusy();
    }
  }

  async #find(photo: ImageBitmap): Promise<void> {
    const box = this.#box.box;
    const task: Task = box === null ? { kind: "search" } : { kind: "box", box };
    const copy = await createImageBitmap(photo);
    const finding = await this.#page.client.find(task, copy);
    if (this.#isActive && photo === this.#photo) {
      this.#show(finding);
    }
    finding.frame.close();
  }

  #show({ hands, frame, milliseconds }: Finding): void {
    const { view, facts, readout, model } = this.#page;
    this.#found = hands[0]?.box ?? null;
    view.guide(null);
    view.show(frame, hands, model);
    facts.show(hands);
    readout.status(hands.length > 0 ? countWords(hands.length) : "No hand found: mark it with a box");
    readout.figures(`${milliseconds.toFixed(0)} ms`);
    this.#mark.disabled = false;
  }

  #toggleBox(): void {
    if (this.#box.box !== null) {
      this.#closeBox();
    } else if (this.#photo !== null) {
      this.#box.open(this.#photo, this.#found);
      this.#setMarked(true);
    }
    this.refresh();
  }

  #closeBox(): void {
    this.#box.close();
    this.#setMarked(false);
  }

  #setMarked(isMarked: boolean): void {
    this.#mark.setAttribute("aria-pressed", String(isMarked));
    this.#mark.textContent = isMarked ? "Remove box" : "Mark a hand";
  }
}

async function fetchSample(): Promise<Blob> {
  try {
    return await (await fetch(sampleUrl)).blob();
  } catch {
    throw new Error("The sample is not loaded: no network. Choose a photo of your own.");
  }
}
