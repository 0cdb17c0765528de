// Service worker of one agenda page (its scope is that page's own address): network first; without
// network, the page as last read with its style sheets, scripts, fonts and icons. Nothing else is
// stored. A page that the server no longer gives to this reader is forgotten at once.

const SCOPE = new URL(self.registration.scope).pathname;
const STORE = `agenda ${SCOPE}`;
const STATIC = /^\/(static|fichiers)\//;
// Pages vary with the cookie, which a worker does not see.
const ANY = { ignoreVary: true };
const OFFLINE_MARK = "data-agenda-offline hidden";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

function isOwnPage(request) {
  const url = new URL(request.url);
  return request.method === "GET" && url.origin === self.location.origin && url.pathname === SCOPE;
}

function isStatic(request) {
  const url = new URL(request.url);
  return request.method === "GET" && url.origin === self.location.origin && STATIC.test(url.pathname);
}

async function store(request, response) {
  const cache = await caches.open(STORE);
  await cache.put(request, response);
}

async function forget() {
  await caches.delete(STORE);
  await self.registration.unregister();
}

function isAgenda(response) {
  return response.ok && !response.redirected && response.type === "basic";
}

// The stored page says of itself that it is not fresh.
async function stored() {
  const found = await caches.match(SCOPE, { ...ANY, cacheName: STORE });
  if (!found) return Response.error();
  const text = (await found.text()).replace(OFFLINE_MARK, "data-agenda-offline");
  return new Response(text, { headers: found.headers });
}

async function page(request) {
  let response;
  try {
    response = await fetch(request);
  } catch {
    return stored();
  }
  // A server in trouble says nothing about the reader's right; a refusal does.
  if (isAgenda(response)) await store(SCOPE, response.clone());
  else if (response.status < 500) await forget();
  return response;
}

async function file(request) {
  return (await caches.match(request, { cacheName: STORE })) ?? fetch(request);
}

self.addEventListener("fetch", (event) => {
  if (isOwnPage(event.request)) event.respondWith(page(event.request));
  else if (isStatic(event.request)) event.respondWith(file(event.request));
});

// The page says once it is loaded what it is made of; what an earlier version needed goes.
async function keep(files) {
  const wanted = files.filter((address) => isStatic(new Request(address)));
  const cache = await caches.open(STORE);
  if (!(await cache.match(SCOPE, ANY))) {
    const response = await fetch(SCOPE, { credentials: "same-origin", redirect: "manual" });
    if (!isAgenda(response)) return forget();
    await cache.put(SCOPE, response);
  }
  // First what is new: without network half way, what was kept stays.
  await Promise.all(wanted.map(async (address) => (await cache.match(address)) ?? cache.add(address)));
  for (const old of await cache.keys()) {
    if (isStatic(old) && !wanted.includes(old.url)) await cache.delete(old);
  }
}

self.addEventListener("message", (event) => {
  const isOwn = event.source && new URL(event.source.url).pathname === SCOPE;
  if (isOwn && event.data?.keep === SCOPE) event.waitUntil(keep(event.data.files).catch(() => {}));
});
