import type { BundledModel } from "../hand/model";

/** Longest wait for a service worker that is being installed, and for one that is there: a
 * page that is loaded past it (shift and reload) does not get it. Milliseconds. */
const [INSTALL_WAIT, LATER_WAIT] = [20_000, 2_000];

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
    const { active } = await navigator.serviceWorker.register("./service-worker.js");
    return await hasController(active === null ? INSTALL_WAIT : LATER_WAIT);
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

/** Wait until a service worker has this page; tells whether one came in time. */
function hasController(longest: number): Promise<boolean> {
  const container = navigator.serviceWorker;
  return new Promise((resolve) => {
    if (container.controller !== null) {
      resolve(true);
      return;
    }
    container.addEventListener("controllerchange", () => resolve(true), { once: true });
    setTimeout(() => resolve(false), longest);
  });
}
