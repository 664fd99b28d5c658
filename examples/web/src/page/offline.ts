import type { BundledModel } from "../hand/model";

/** A page that is loaded past the service worker (shift and reload) does not get one. */
const LONGEST_WAIT = 4000;

/**
 * Start the service worker, so that all that is fetched afterwards is kept.
 *
 * @returns Whether it took the page over.
 */
export async function startKeeping(): Promise<boolean> {
  if (!("serviceWorker" in navigator)) {
    return false; // some browsers have none in private windows
  }
  try {
    const controlled = waitForController(navigator.serviceWorker);
    await navigator.serviceWorker.register("./service-worker.js");
    return await controlled;
  } catch {
    return false; // the page works without
  }
}

/** Fetch the models that are not in use, so that they too are there without a network. */
export async function keepModels(models: readonly BundledModel[]): Promise<boolean> {
  try {
    const responses = await Promise.all(models.map((model) => fetch(model.file)));
    await Promise.all(responses.map((response) => response.arrayBuffer()));
    return responses.every((response) => response.ok);
  } catch {
    return false;
  }
}

function waitForController(container: ServiceWorkerContainer): Promise<boolean> {
  return new Promise((resolve) => {
    if (container.controller !== null) {
      resolve(true);
      return;
    }
    container.addEventListener("controllerchange", () => resolve(true), { once: true });
    setTimeout(() => resolve(false), LONGEST_WAIT);
  });
}
