import type { HandPose } from "../hand/hand-pose";
import type { BundledModel } from "../hand/model";
import { element } from "./elements";
import { drawHand } from "./hand-drawing";
import { drawLabel } from "./hand-label";
import { countWords } from "./hand-words";

/** A canvas of more pixels shows nothing more on a phone and costs time. */
const LONGEST_SIDE = 1600;

/** Shows a frame with its hands drawn on it, or a guide. */
export class PictureView {
  readonly #view = element("view", HTMLElement);
  readonly #canvas = element("canvas", HTMLCanvasElement);
  readonly #guide = element("guide", HTMLElement);
  readonly #guideText = element("guide-text", HTMLElement);
  #isMirrored = false;

  /** Draw a frame and what was found in it. */
  show(frame: ImageBitmap, hands: readonly HandPose[], model: BundledModel): void {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(frame.width, frame.height));
    this.#resize(Math.round(frame.width * scale), Math.round(frame.height * scale));
    const context = this.#context();
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.fillStyle = "white";
    context.fillRect(0, 0, frame.width, frame.height);
    context.drawImage(frame, 0, 0);
    const { width, height } = frame;
    const shown = { width, height, scale, isMirrored: this.#isMirrored };
    [...hands].reverse().forEach((hand) => drawHand(context, hand, model));
    hands.forEach((hand, i) => drawLabel(context, hand, i, shown));
    this.#describe(hands.length > 0 ? `Picture, ${countWords(hands.length)}` : "Picture without a hand");
  }

  /** Empty the view. */
  clear(): void {
    this.#resize(4, 3);
    const context = this.#context();
    context.clearRect(0, 0, 4, 3);
    this.#describe("No picture yet");
  }

  /** Show a text over the picture; `null` hides it. */
  guide(text: string | null): void {
    this.#guide.hidden = text === null;
    this.#guideText.textContent = text;
  }

  /** Whether what is shown is about to change. */
  set isBusy(isBusy: boolean) {
    this.#view.setAttribute("aria-busy", String(isBusy));
  }

  /** Show the picture as a mirror would. */
  set mirrored(isMirrored: boolean) {
    this.#isMirrored = isMirrored;
    this.#view.classList.toggle("mirrored", isMirrored);
  }

  #context(): CanvasRenderingContext2D {
    const context = this.#canvas.getContext("2d");
    if (context === null) {
      throw new Error("the browser gives no canvas to draw on");
    }
    return context;
  }

  #describe(text: string): void {
    this.#canvas.setAttribute("aria-label", text);
  }

  #resize(width: number, height: number): void {
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
      this.#view.style.setProperty("--ratio", String(width / height));
    }
  }
}
