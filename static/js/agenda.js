// The agenda page: moves the marks « En ce moment » and « Ensuite » as the hours pass, keeps the page
// readable without network, and forgets it when asked. The page works without all of this.

const EVERY = 20_000;

function moveMarks(list) {
  const now = Date.now();
  const lines = [...list.querySelectorAll("[data-starts]")];
  const times = lines.map((line) => [Date.parse(line.dataset.starts), Date.parse(line.dataset.ends)]);
  const isDay = times.length > 0 && now > Math.min(...times.map(([start]) => start)) - 12 * 3_600_000;
  const current = lines.findIndex((_, i) => times[i][0] <= now && now < times[i][1]);
  const next = isDay ? lines.findIndex((line, i) => times[i][0] > now && !("idle" in line.dataset)) : -1;
  lines.forEach((line, i) => {
    line.classList.toggle("is-current", i === current);
    line.classList.toggle("is-next", i === next);
    line.querySelector("[data-current]").hidden = i !== current;
    line.querySelector("[data-next]").hidden = i !== next;
  });
}

for (const list of document.querySelectorAll("[data-agenda]")) {
  moveMarks(list);
  setInterval(() => moveMarks(list), EVERY);
}

// --- Without network -------------------------------------------------------------------------

const note = document.querySelector("[data-agenda-offline]");
const kept = document.querySelector("[data-agenda-kept]");
const script = document.querySelector("[data-agenda-worker]");
const wasStored = note !== null && !note.hidden;

function sayNetwork() {
  if (note) note.hidden = navigator.onLine && !wasStored;
}

async function keep() {
  const scope = location.pathname;
  const registration = await navigator.serviceWorker.register(script.dataset.agendaWorker, { scope });
  const worker = registration.active ?? registration.waiting ?? registration.installing;
  // What this page is made of, as it was loaded; the worker takes nothing else.
  const files = performance.getEntriesByType("resource").map((entry) => entry.name);
  if (!wasStored) worker.postMessage({ keep: scope, files });
  if (kept) kept.hidden = false;
}

async function forget() {
  const registration = await navigator.serviceWorker.getRegistration(location.pathname);
  await caches.delete(`agenda ${location.pathname}`);
  await registration?.unregister();
  if (kept) kept.hidden = true;
}

if (kept && script && "serviceWorker" in navigator) {
  addEventListener("online", sayNetwork);
  addEventListener("offline", sayNetwork);
  document.querySelector("[data-agenda-forget]")?.addEventListener("click", forget);
  const start = () => keep().catch(() => {});
  if (document.readyState === "complete") start();
  else addEventListener("load", start);
}
