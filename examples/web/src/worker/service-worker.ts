/**
 * Keeps the page's files for offline use: the page itself when this worker is installed,
 * LiteRT.js and the models when they are first fetched. The build gives files names that
 * change with their content, so what is kept never grows stale.
 */

export {}; // a module for the compiler: its names are its own

const worker = self as unknown as ServiceWorkerGlobalScope;

const CACHE = "handypose-web";
const page = address(__PAGE__);
const shell = [page, ...__SHELL_FILES__.map(address)];
const kept = new Set([...shell, ...__LATER_FILES__.map(address)]);

worker.addEventListener("install", (event) => {
  event.waitUntil(keepShell().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(dropOldFiles().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && new URL(request.url).origin === worker.location.origin) {
    event.respondWith(answer(request));
  }
});

function address(file: string): string {
  return new URL(file, worker.registration.scope).href;
}

async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(shell.map((url) => new Request(url, { cache: "reload" })));
}

async function dropOldFiles(): Promise<void> {
  const cache = await caches.open(CACHE);
  const old = (await cache.keys()).filter((request) => !kept.has(request.url));
  await Promise.all(old.map((request) => cache.delete(request)));
}

async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const url = request.mode === "navigate" ? page : request.url;
  const held = await cache.match(url);
  if (held !== undefined) {
    return held;
  }
  const response = await fetch(request);
  if (response.ok && kept.has(url)) {
    await cache.put(url, response.clone()).catch(() => undefined); // no room: not kept
  }
  return response;
}
