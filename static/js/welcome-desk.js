// The welcome desk: the list narrows as one types, an arrival is noted in place, what a lost network
// kept back is sent again, arrivals noted by others show up. Forms that are sent ask for the network first.

const REFRESH_MS = 20_000;
const PATIENCE_MS = 8_000;

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

class Desk {
  constructor(form) {
    this.form = form;
    this.rows = [...form.querySelectorAll("[data-person]")];
    this.texts = new Map([...form.querySelectorAll(".door-list > li")].map((row) => [row, fold(row.textContent)]));
    this.waiting = new Map();
    this.status = form.querySelector("[data-desk-status]");
    this.bar = document.querySelector("[data-desk-bar]");
    this.said = document.querySelector("[data-desk-said]");
    this.retry = document.querySelector("[data-desk-retry]");
    this.listen();
  }

  listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const { name, value } = event.submitter;
      this.send(name, value);
    });
    this.retry.addEventListener("click", () => this.sendAgain());
    window.addEventListener("online", () => this.sendAgain());
    window.addEventListener("beforeunload", (event) => {
      if (this.waiting.size) event.preventDefault();
    });
    const field = document.getElementById("q");
    field?.addEventListener("input", () => this.narrow(field.value));
    setInterval(() => {
      if (document.visibilityState !== "visible") return;
      if (this.waiting.size) this.sendAgain();
      else this.refresh();
    }, REFRESH_MS);
  }

  narrow(typed) {
    const words = fold(typed).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [row, text] of this.texts) {
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    if (!shown) this.say(this.form.dataset.none);
    else if (!this.waiting.size) this.bar.hidden = true;
  }

  row(number) {
    return this.form.querySelector(`[data-person="${CSS.escape(number)}"]`);
  }

  async send(name, number) {
    const button = this.row(number)?.querySelector("button");
    // A keyboard stays where it is: the button that goes hands it to the name beside it.
    const hadFocus = button !== null && button === document.activeElement;
    button?.setAttribute("disabled", "");
    const data = new FormData(this.form);
    data.set(name, number);
    try {
      const response = await fetch(this.form.getAttribute("action"), {
        method: "POST",
        body: data,
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const answer = await this.read(response);
      this.waiting.delete(number);
      this.note(number, answer, name);
      if (hadFocus) this.row(number)?.querySelector("a, button:enabled")?.focus();
    } catch {
      this.waiting.set(number, name);
      button?.removeAttribute("disabled");
      this.mark(number, this.form.dataset.failed, "is-failed");
    }
    this.tell();
  }

  async read(response) {
    if (response.redirected || !response.headers.get("Content-Type")?.includes("json")) {
      if (response.status < 500) window.location.reload();
      throw new Error(String(response.status));
    }
    return response.json();
  }

  note(number, answer, name) {
    const button = this.row(number)?.querySelector("button");
    if (answer.error) {
      this.mark(number, answer.error, "is-failed");
      button?.removeAttribute("disabled");
      this.say(answer.error);
      return;
    }
    // The button goes: a second press of the same thumb must not undo the first.
    if (name === "attendee") button?.remove();
    else {
      this.mark(number, answer.said, "");
      button?.remove();
    }
    this.show(answer);
    this.say(answer.said);
    if (name === "attendee") this.offerUndo(number);
  }

  offerUndo(number) {
    const undo = document.createElement("button");
    undo.type = "button";
    undo.className = "btn btn-outline-primary";
    undo.textContent = this.form.dataset.undo;
    undo.addEventListener("click", () => {
      undo.remove();
      this.send("undo", number);
    });
    this.bar.querySelector("[data-desk-undo]")?.remove();
    undo.dataset.deskUndo = "";
    this.bar.append(undo);
  }

  show(state) {
    for (const counts of document.querySelectorAll("[data-desk-counts]")) counts.textContent = state.counts;
    for (const [number, words] of Object.entries(state.arrived)) {
      const row = this.row(number);
      if (!row || row.classList.contains("is-arrived")) continue;
      row.querySelector("button[name=attendee]")?.remove();
      this.mark(number, words, "is-arrived");
    }
  }

  mark(number, words, state) {
    const row = this.row(number);
    if (!row) return;
    let note = row.querySelector("span");
    if (!note) {
      note = document.createElement("span");
      row.append(note);
    }
    note.textContent = words;
    row.classList.remove("is-failed", "is-arrived");
    if (state) row.classList.add(state);
  }

  say(words) {
    this.status.textContent = words;
    this.said.textContent = words;
    this.bar.hidden = false;
    this.bar.querySelector("[data-desk-undo]")?.remove();
  }

  tell() {
    this.retry.hidden = !this.waiting.size;
    this.bar.classList.toggle("is-failed", this.waiting.size > 0);
    if (this.waiting.size) this.say(this.form.dataset.queued.replace("{n}", this.waiting.size));
  }

  async sendAgain() {
    for (const [number, name] of [...this.waiting]) await this.send(name, number);
  }

  async refresh() {
    try {
      const response = await fetch(this.form.dataset.desk, { signal: AbortSignal.timeout(PATIENCE_MS) });
      if (response.ok && !response.redirected) this.show(await response.json());
    } catch {
      // Offline: the next round asks again.
    }
  }
}

// A form with data-steady="words": nothing leaves the page while the network is away.
function initSteady(form) {
  let isChecked = false;
  form.addEventListener("submit", async (event) => {
    if (isChecked) return;
    event.preventDefault();
    const { submitter } = event;
    form.querySelector(".steady-failed")?.remove();
    try {
      const response = await fetch("/health/live", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
      if (!response.ok) throw new Error(String(response.status));
    } catch {
      const failed = document.createElement("p");
      failed.className = "steady-failed";
      failed.setAttribute("role", "alert");
      failed.textContent = form.dataset.steady;
      form.append(failed);
      return;
    }
    isChecked = true;
    form.requestSubmit(submitter);
  });
  // Back from the next page by the arrow of the browser: the form asks again.
  window.addEventListener("pageshow", () => { isChecked = false; });
}

// On a phone the tabs are one row: the one that one is on must show.
for (const tab of document.querySelectorAll(".door-tabs [aria-current], .door-views [aria-current]")) {
  tab.scrollIntoView({ block: "nearest", inline: "center" });
}
for (const form of document.querySelectorAll("[data-desk]")) new Desk(form);
for (const form of document.querySelectorAll("[data-steady]")) initSteady(form);
