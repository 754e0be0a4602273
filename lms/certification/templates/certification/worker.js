// Lets the pages below /verify check a code without a network: stores one page, its files, the keys and the status list.
const STORED = {{ stored | tojson }};
const NAME = "verify";
const fresh = (address) => new Request(address, { cache: "no-cache" });

async function refresh() {
  const store = await caches.open(NAME);
  await store.addAll([STORED.page, ...STORED.data].map(fresh));
}

addEventListener("install", (event) => {
  event.waitUntil((async () => {
    await refresh();
    await (await caches.open(NAME)).addAll(STORED.files);
    await skipWaiting();
  })());
});

addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const store = await caches.open(NAME);
    for (const { url } of await store.keys()) {
      const { pathname } = new URL(url);
      if (pathname.includes("/static/") && ![...STORED.files, STORED.library].includes(pathname)) await store.delete(url);
    }
    await clients.claim();
  })());
});

async function page(event) {
  try {
    const answer = await fetch(event.request);
    if (answer.status < 500) {
      event.waitUntil(refresh().catch(() => {}));
      return answer;
    }
  } catch {
    // No network: the stored page checks what it can.
  }
  return (await caches.match(STORED.page)) ?? Response.error();
}

async function data(request) {
  try {
    const answer = await fetch(request, { cache: "no-cache" });
    if (answer.ok) return answer;
  } catch {
    // No network: what was stored at the last visit.
  }
  return (await caches.match(request)) ?? Response.error();
}

async function file(request) {
  const stored = await caches.match(request);
  if (stored) return stored;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(NAME)).put(request, answer.clone());
  return answer;
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event));
  else if (STORED.data.includes(pathname)) event.respondWith(data(request));
  else if (pathname.includes("/static/")) event.respondWith(file(request));
});
