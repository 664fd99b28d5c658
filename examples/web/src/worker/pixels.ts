import type { Pixels } from "../hand/warp";

let canvas: OffscreenCanvas | null = null;

/** Read a frame's pixels; what is transparent is shown over white. */
export function readPixels(frame: ImageBitmap): Pixels {
  if (canvas?.width !== frame.width || canvas.height !== frame.height) {
    canvas = new OffscreenCanvas(frame.width, frame.height);
  }
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) {
    throw new Error("the browser gives no canvas for a picture of this size");
  }
  context.fillStyle = "white";
  context.fillRect(0, 0, frame.width, frame.height);
  context.drawImage(frame, 0, 0);
  return context.getImageData(0, 0, frame.width, frame.height);
}
