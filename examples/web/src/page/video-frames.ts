/** Gives a playing video's frames, each at most once. */
export class VideoFrames {
  readonly #video: HTMLVideoElement;
  #isFresh = false;
  #wake: (() => void) | null = null;

  constructor(video: HTMLVideoElement) {
    this.#video = video;
    this.#watch();
  }

  /** Wait until there is a frame that was not given yet, and return it. */
  async next(): Promise<ImageBitmap> {
    if (!this.#isFresh) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#isFresh = false;
    return createImageBitmap(this.#video);
  }

  #watch(): void {
    if (this.#video.srcObject === null) {
      return; // the camera is off
    }
    const watch = () => {
      this.#isFresh = true;
      this.#wake?.();
      this.#watch();
    };
    // Firefox before 132 does not tell when a frame comes.
    if ("requestVideoFrameCallback" in this.#video) {
      this.#video.requestVideoFrameCallback(watch);
    } else {
      requestAnimationFrame(watch);
    }
  }
}
