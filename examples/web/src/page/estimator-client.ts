import type { Finding, Order, Reply, Request, Task } from "../hand/messages";
import type { BundledDetector, BundledModel } from "../hand/model";

interface Waiting {
  resolve(finding: Finding | null): void;
  reject(error: Error): void;
}

/** The page's end of the worker that runs the networks. */
export class EstimatorClient {
  readonly #worker = new Worker(new URL("../worker/estimator-worker.ts", import.meta.url));
  readonly #detector: BundledDetector | null;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  /** @param detector What finds where hands are, if there is such a model. */
  constructor(detector: BundledDetector | null) {
    this.#detector = detector;
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#settle(data);
    this.#worker.onerror = (event) => this.#failAll(event.message || "it could not start");
  }

  /** Load a model in place of the former one. */
  async load(model: BundledModel): Promise<void> {
    const detector = this.#detector;
    await this.#send({ kind: "load", model, detector, pageUrl: document.baseURI });
  }

  /** Forget the hands that were followed: the next frame is another film's. */
  async forget(): Promise<void> {
    await this.#send({ kind: "forget" });
  }

  /** Find the hands of a frame. The frame is lent: it comes back in the finding. */
  async find(task: Task, frame: ImageBitmap): Promise<Finding> {
    const finding = await this.#send({ kind: "find", task, frame }, [frame]);
    if (finding === null) {
      throw new Error("the worker found nothing to say");
    }
    return finding;
  }

  #send(order: Order, lent: Transferable[] = []): Promise<Finding | null> {
    const request: Request = { id: ++this.#lastId, order };
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.id, { resolve, reject });
      this.#worker.postMessage(request, lent);
    });
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ("error" in reply) {
      waiting?.reject(new Error(reply.error));
    } else {
      waiting?.resolve(reply.finding);
    }
  }

  #failAll(reason: string): void {
    const error = new Error(`the part of the page that runs the network failed: ${reason}`);
    this.#waiting.forEach((waiting) => waiting.reject(error));
    this.#waiting.clear();
  }
}
