// Keeps the guides of a registered kiosk for when its network is gone: pages that were fetched for nobody, without cookies,
// and always the same ones, so that they tell nothing of who looked at what. Whatever anybody asks for is never kept.

const NAME = "kiosk";
const IDLE = new URL(location.href).searchParams.get("idle");
const AGAIN = 600_000;
const OFFLINE = "/kiosk/offline";
let refreshedAt = 0;

async function refresh() {
  if (Date.now() - refreshedAt < AGAIN) return;
  refreshedAt = Date.now();
  const answer = await fetch("/kiosk/pages.json", { credentials: "omit", cache: "no-store" });
  if (!answer.ok) return;
  const { pages, parts } = await answer.json();
  const cache = await caches.open(NAME);
  const wanted = new Map([...parts.map((part) => [part, part]), ...Object.entries(pages)]);
  for (const [path, version] of wanted) {
    const kept = await cache.match(path, { ignoreVary: true });
    if (kept?.headers.get("X-Kept") !== version) await keep(cache, path, version);
  }
  for (const request of await cache.keys()) {
    const { pathname, search } = new URL(request.url);
    if (!wanted.has(pathname + search)) await cache.delete(request, { ignoreVary: true });
  }
}

async function keep(cache, path, version) {
  const answer = await fetch(path, { credentials: "omit", cache: "no-store", headers: { Accept: "text/html, */*" } });
  if (!answer.ok || answer.redirected) return;
  const headers = new Headers(answer.headers);
  for (const name of ["Content-Encoding", "Content-Length", "Vary"]) headers.delete(name);
  headers.set("X-Kept", version);
  const isPage = headers.get("Content-Type")?.startsWith("text/html");
  const body = isPage ? (await answer.text()).replace("<html ", `<html data-kept data-kiosk="${IDLE}" `) : await answer.blob();
  await cache.put(path, new Response(body, { headers }));
}

async function kept(address) {
  const cache = await caches.open(NAME);
  const { pathname, search } = new URL(address, location.href);
  return cache.match(pathname + search, { ignoreVary: true });
}

async function page(request) {
  try {
    return await fetch(request);
  } catch {
    return (await kept(request.url)) ?? (await kept(OFFLINE)) ?? Response.error();
  }
}

async function part(request) {
  try {
    return await fetch(request);
  } catch {
    return (await kept(request.url)) ?? Response.error();
  }
}

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(refresh().catch(() => {}));
});
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => event.waitUntil(refresh().catch(() => { refreshedAt = 0; })));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (new URL(request.url).pathname.startsWith("/static/")) event.respondWith(part(request));
});
