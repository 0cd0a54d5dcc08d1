/* The offline shell: the page and its hashed files from the cache, the desk's answers never. And what the desk tells by push. */
const SHELL = "deskmesh-shell-2";
const PAGE = "/sign-in";
const OURS = /^\/(sign-in|desk|portal|account|admin|setup)?(\/|$)/;

self.addEventListener("install", (event) => {
  // Past this worker where a browser can: what a page says while it is closed would be lost on the way through it.
  event.addRoutes?.({ condition: { urlPattern: new URLPattern({ pathname: "/api/*" }) }, source: "network" });
  event.waitUntil(caches.open(SHELL).then((cache) => cache.add(PAGE)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

async function forgetOthers() {
  for (const name of await caches.keys()) if (name !== SHELL) await caches.delete(name);
}

/* The page says which files it was made of: those that came before this worker did are kept too. */
self.addEventListener("message", (event) => {
  const files = (event.data?.keep ?? []).filter((url) => new URL(url).origin === self.location.origin);
  event.waitUntil(caches.open(SHELL).then((cache) => Promise.all(files.map(async (url) => (await cache.match(url)) ?? cache.add(url)))));
});

async function asset(request) {
  const cache = await caches.open(SHELL);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

const entry = (text) => /\/assets\/[^"]+\.js/.exec(text)?.[0];

/** The page from the desk; when that is out of reach, the one kept. Files of older builds go with a new page. */
async function page(request) {
  const cache = await caches.open(SHELL);
  try {
    const answer = await fetch(request);
    if (answer.ok) await keep(cache, answer.clone());
    return answer;
  } catch {
    return (await cache.match(PAGE)) ?? Response.error();
  }
}

async function keep(cache, answer) {
  const before = await cache.match(PAGE);
  if (before && entry(await before.text()) !== entry(await answer.clone().text())) {
    for (const request of await cache.keys()) await cache.delete(request);
  }
  await cache.put(PAGE, answer);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/assets/")) event.respondWith(asset(request));
  else if (request.mode === "navigate" && OURS.test(pathname)) event.respondWith(page(request));
});

self.addEventListener("push", (event) => {
  const { title, body, url, tag } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, tag, icon: "/icon-192.png", data: { url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(new URL(event.notification.data.url, self.location.origin)));
});

async function show({ href, origin }) {
  if (origin !== self.location.origin) return;
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = windows.find((one) => one.url === href);
  await (there ? there.focus() : self.clients.openWindow(href));
}
