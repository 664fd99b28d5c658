import type { HandPose } from "../hand/hand-pose";
import type { BundledModel } from "../hand/model";
import { element } from "./elements";
import { drawHand } from "./hand-drawing";

/** A canvas of more pixels shows nothing more on a phone and costs time. */
const LONGEST_SIDE = 1600;

/** Shows a frame with the hand drawn on it, or a guide square. */
export class PictureView {
  readonly #view = element("view", HTMLElement);
  readonly #canvas = element("canvas", HTMLCanvasElement);
  readonly #guide = element("guide", HTMLElement);
  readonly #guideText = element("guide-text", HTMLElement);

  /** Draw a frame and what was found in it. */
  show(frame: ImageBitmap, hand: HandPose | null, model: BundledModel): void {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(frame.width, frame.height));
    this.#resize(Math.round(frame.width * scale), Math.round(frame.height * scale));
    const context = this.#context();
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.fillStyle = "white";
    context.fillRect(0, 0, frame.width, frame.height);
    context.drawImage(frame, 0, 0);
    if (hand !== null) {
      drawHand(context, hand, model);
    }
    const points = hand?.keypoints.length;
    this.#describe(hand ? `Picture with a hand of ${points} points` : "Picture without a hand");
  }

  /** Empty the view. */
  clear(): void {
    this.#resize(4, 3);
    const context = this.#context();
    context.clearRect(0, 0, 4, 3);
    this.#describe("No picture yet");
  }

  /** Show the guide square with a text in it; `null` hides it. */
  guide(text: string | null): void {
    this.#guide.hidden = text === null;
    this.#guideText.textContent = text;
  }

  /** Show the picture as a mirror would. */
  set mirrored(isMirrored: boolean) {
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
