// A region whose forms change it: each is sent in the background, the region is replaced by the one of the answer,
// and one sentence says what came of it. Without scripts the same forms load the same page.

export function initLive(region, start) {
  const status = document.querySelector("[data-live-status]");
  let current = region;
  let isBusy = false;

  const replaceBy = (answer, focusedId, opened) => {
    const fresh = answer.querySelector("[data-live]");
    if (!fresh) return false;
    current.replaceWith(document.adoptNode(fresh));
    current = fresh;
    for (const id of opened) {
      const details = document.getElementById(id);
      if (details) details.open = true;
    }
    listen();
    start(current);
    const alert = current.querySelector("[role=alert]");
    (alert || document.getElementById(focusedId) || heading()).focus({ preventScroll: !alert });
    status.textContent = alert ? alert.textContent.trim() : current.dataset.live;
    return true;
  };

  const heading = () => {
    const first = current.querySelector("h2");
    first.tabIndex = -1;
    return first;
  };

  const send = async (form, submitter) => {
    if (isBusy) return;
    isBusy = true;
    current.setAttribute("aria-busy", "true");
    const focusedId = document.activeElement?.id || "";
    const opened = [...current.querySelectorAll("details[open][id]")].map((details) => details.id);
    try {
      // Not form.action: a button of that name would hide the address.
      const response = await fetch(form.getAttribute("action"), { method: "POST", body: new FormData(form, submitter) });
      const answer = new DOMParser().parseFromString(await response.text(), "text/html");
      if (!replaceBy(answer, focusedId, opened)) throw new Error(String(response.status));
    } catch {
      status.textContent = current.dataset.liveFailed;
      current.removeAttribute("aria-busy");
    }
    isBusy = false;
  };

  const listen = () => {
    current.addEventListener("submit", (event) => {
      const form = event.target;
      if (event.defaultPrevented || form.method !== "post" || "liveSkip" in form.dataset) return;
      event.preventDefault();
      send(form, event.submitter);
    });
    current.addEventListener("change", (event) => {
      if (event.target.matches("select[name^=poids-]")) send(event.target.form, null);
    });
  };
  listen();
}
