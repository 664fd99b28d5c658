import type { Finding } from "../hand/messages";
import { type Camera, closeCamera, type Facing, hasSeveralCameras, openCamera } from "./camera";
import { element } from "./elements";
import { FrameRate } from "./frame-rate";
import { countWords } from "./hand-words";
import { describe, type Mode, type Page } from "./mode";
import { VideoFrames } from "./video-frames";

const FACINGS: readonly [Facing, Facing] = ["user", "environment"];

/** Finds the hands in the camera's frames and follows them. */
export class CameraMode implements Mode {
  readonly #page: Page;
  readonly #controls = element("camera-controls", HTMLElement);
  readonly #startButton = element("camera-start", HTMLButtonElement);
  readonly #switchButton = element("camera-switch", HTMLButtonElement);
  #facing: Facing = FACINGS[0];
  #camera: Camera | null = null;
  /** Counts starts and stops: what was begun before the last one is void. */
  #turn = 0;

  constructor(page: Page) {
    this.#page = page;
    this.#startButton.addEventListener("click", () => {
      if (this.#camera === null) {
        void this.#start();
      } else {
        this.#stop();
      }
    });
    this.#switchButton.addEventListener("click", () => {
      this.#facing = this.#facing === FACINGS[0] ? FACINGS[1] : FACINGS[0];
      this.#stop();
      void this.#start();
    });
  }

  enter(): void {
    this.#controls.hidden = false;
    this.#stop();
  }

  leave(): void {
    this.#stop();
    this.#controls.hidden = true;
  }

  refresh(): void {
    // The next frame is looked at with the new model.
  }

  async #start(): Promise<void> {
    const { readout, view } = this.#page;
    const turn = ++this.#turn;
    readout.clearWarning();
    readout.status("Starting the camera …");
    try {
      const camera = await openCamera(this.#facing);
      if (turn !== this.#turn) {
        closeCamera(camera);
        return;
      }
      this.#camera = camera;
      this.#startButton.textContent = "Stop camera";
      this.#switchButton.hidden = !(await hasSeveralCameras());
      view.mirrored = camera.isMirror;
      this.#watchForEnd(camera);
      await this.#run(camera);
    } catch (error) {
      this.#fail(turn, describe(error));
    }
  }

  async #run(camera: Camera): Promise<void> {
    const frames = new VideoFrames(camera.video);
    const rate = new FrameRate();
    await this.#page.client.forget();
    while (camera === this.#camera) {
      const frame = await frames.next();
      const task = { kind: "follow", seconds: performance.now() / 1000 } as const;
      const finding = await this.#page.client.find(task, frame);
      if (camera === this.#camera) {
        this.#show(finding, rate.tick(performance.now()));
      }
      finding.frame.close();
    }
  }

  #show({ hands, frame, milliseconds }: Finding, rate: number): void {
    const { view, facts, readout, model } = this.#page;
    view.show(frame, hands, model);
    view.guide(hands.length > 0 ? null : "Show a hand or two to the camera");
    facts.show(hands);
    readout.status(hands.length > 0 ? countWords(hands.length) : "No hand yet");
    readout.figures(`${milliseconds.toFixed(0)} ms · ${rate.toFixed(0)} frames a second`);
  }

  #watchForEnd(camera: Camera): void {
    camera.stream.getVideoTracks()[0]?.addEventListener("ended", () => {
      if (camera === this.#camera) {
        this.#fail(this.#turn, "The camera has stopped: another app took it, or it was unplugged.");
      }
    });
  }

  #fail(turn: number, reason: string): void {
    if (turn === this.#turn) {
      this.#stop();
      this.#page.readout.warn(reason);
    }
  }

  #stop(): void {
    this.#turn++;
    if (this.#camera !== null) {
      closeCamera(this.#camera);
      this.#camera = null;
    }
    const { view, facts, readout } = this.#page;
    this.#startButton.textContent = "Start camera";
    view.clear();
    view.guide("Start the camera, then show your hands");
    facts.show([]);
    readout.status("Camera off");
    readout.figures("");
  }
}
