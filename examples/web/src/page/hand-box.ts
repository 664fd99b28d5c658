import type { Box } from "../hand/geometry";
import { middleBox, moveBox, moveCorner, type Size } from "./box-editing";
import { element } from "./elements";

/** Share of the picture's longer side that one press of an arrow key moves. */
const KEY_STEP = 0.02;

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** A box around the hand that the user moves and resizes, by finger, mouse or keys. */
export class HandBox {
  readonly #element = element("hand-box", HTMLElement);
  readonly #onChange: () => void;
  #picture: Size = { width: 1, height: 1 };
  #box: Box | null = null;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.#element.addEventListener("pointerdown", (event) => this.#grip(event));
    this.#element.addEventListener("keydown", (event) => this.#key(event));
  }

  /** The box in pixels of the picture; `null` while there is none. */
  get box(): Box | null {
    return this.#box;
  }

  /** Show a box on a picture, by default in its middle. */
  open(picture: Size, start: Box | null): void {
    this.#picture = picture;
    const inside = start && moveCorner(moveBox(start, 0, 0, picture), "bottom right", 0, 0, picture);
    this.#place(inside ?? middleBox(picture));
    this.#element.hidden = false;
    this.#element.focus({ preventScroll: true });
  }

  /** Take the box away. */
  close(): void {
    this.#box = null;
    this.#element.hidden = true;
  }

  #place(box: Box): void {
    const { width, height } = this.#picture;
    this.#box = box;
    this.#element.style.left = `${(100 * box.x) / width}%`;
    this.#element.style.top = `${(100 * box.y) / height}%`;
    this.#element.style.width = `${(100 * box.width) / width}%`;
    this.#element.style.height = `${(100 * box.height) / height}%`;
  }

  #change(from: Box, dx: number, dy: number, corner: string | undefined): void {
    this.#place(
      corner === undefined
        ? moveBox(from, dx, dy, this.#picture)
        : moveCorner(from, corner, dx, dy, this.#picture),
    );
    this.#onChange();
  }

  #key(event: KeyboardEvent): void {
    const arrow = ARROWS[event.key];
    if (arrow !== undefined && this.#box !== null) {
      event.preventDefault();
      const step = KEY_STEP * Math.max(this.#picture.width, this.#picture.height);
      const corner = event.shiftKey ? "bottom right" : undefined;
      this.#change(this.#box, step * arrow[0], step * arrow[1], corner);
    }
  }

  #grip(start: PointerEvent): void {
    const from = this.#box;
    if (from === null) {
      return;
    }
    const corner = (start.target as HTMLElement).dataset["corner"];
    const shown = this.#element.parentElement!.getBoundingClientRect();
    const scale = this.#picture.width / shown.width;
    const drag = ({ clientX, clientY }: PointerEvent) => {
      const [dx, dy] = [clientX - start.clientX, clientY - start.clientY];
      this.#change(from, dx * scale, dy * scale, corner);
    };
    const release = () => this.#element.removeEventListener("pointermove", drag);
    this.#element.setPointerCapture(start.pointerId);
    this.#element.addEventListener("pointermove", drag);
    this.#element.addEventListener("lostpointercapture", release, { once: true });
  }
}
