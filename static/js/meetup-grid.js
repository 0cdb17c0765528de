// The grid of a plan: a meeting is taken with Enter or the mouse, every cell then says what dropping it there
// would do, and the drop is sent; the grid is replaced by the one of the answer. Without scripts each meeting
// opens a page of its own with the same moves in forms.

const JSON_TYPE = { Accept: "application/json" };
const CELL = "#case-";
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

class Grid {
  constructor(region) {
    this.region = region;
    this.bind();
  }

  bind() {
    this.status = this.region.querySelector("[data-grid-status]");
    this.table = this.region.querySelector("[data-grid-table]");
    this.form = this.region.querySelector("[data-grid-form]");
    this.picked = null;
    this.checks = null;
    this.region.querySelector("[data-grid-help]").hidden = false;
    for (const cell of this.table.querySelectorAll("td")) cell.tabIndex = -1;
    for (const link of this.table.querySelectorAll(".meet")) link.tabIndex = -1;
    for (const link of this.region.querySelectorAll(".meet")) link.draggable = true;
    const first = this.table.querySelector("td");
    if (first) first.tabIndex = 0;
    this.region.addEventListener("keydown", (event) => this.onKey(event));
    this.region.addEventListener("click", (event) => this.onClick(event));
    this.region.addEventListener("dragstart", (event) => this.onDragStart(event));
    this.region.addEventListener("dragover", (event) => this.onDragOver(event));
    this.region.addEventListener("drop", (event) => this.onDrop(event));
    this.region.addEventListener("dragend", () => this.cancel(false));
    this.region.addEventListener("submit", (event) => this.onSubmit(event));
  }

  say(text) {
    this.status.textContent = text;
  }

  // --- Taking and dropping ---------------------------------------------------------------------

  async pick(link) {
    this.cancel(false);
    const cell = link.closest("td");
    this.picked = { key: link.dataset.key, from: cell ? cell.dataset.c : "", cell, link };
    link.classList.add("is-picked");
    this.say(this.region.dataset.busy);
    const query = new URLSearchParams(new FormData(this.form));
    query.delete("csrf_token");
    query.set("rencontre", link.dataset.key);
    const picked = this.picked;
    try {
      const response = await fetch(`${this.region.dataset.base}/cases?${query}`, { headers: JSON_TYPE });
      if (!response.ok) throw new Error(String(response.status));
      const answer = await response.json();
      if (this.picked !== picked) return;
      this.checks = answer.cells;
      this.paint();
      this.say(this.region.dataset.picked.replace("{name}", answer.name));
      if (!cell) this.focus(this.table.querySelector("td.is-free") || this.table.querySelector("td"));
    } catch {
      if (this.picked === picked) this.cancel(false);
      this.say(this.region.dataset.failed);
    }
  }

  paint() {
    for (const cell of this.table.querySelectorAll("td")) {
      const [verdict, text] = this.checks[cell.dataset.c];
      cell.classList.add(`is-${verdict}`);
      cell.title = text;
    }
  }

  cancel(isTold) {
    if (!this.picked) return;
    this.picked.link.classList.remove("is-picked");
    this.picked = null;
    this.checks = null;
    for (const cell of this.table.querySelectorAll("td")) {
      cell.classList.remove("is-free", "is-swap", "is-refused", "is-here", "is-over");
      cell.removeAttribute("title");
    }
    if (isTold) this.say(this.region.dataset.dropped);
  }

  drop(cell) {
    const { key, from } = this.picked;
    if (this.checks) {
      const [verdict, text] = this.checks[cell.dataset.c];
      if (verdict === "here") {
        this.cancel(true);
        return;
      }
      if (verdict === "refused") {
        this.say(this.describe(cell));
        return;
      }
      this.say(text);
    }
    const occupant = cell.querySelector(".meet")?.dataset.key || "";
    this.send("deplacer", { rencontre: key, depuis: from, vers: `${cell.dataset.c}-${occupant}` }, cell.dataset.c);
  }

  // --- What the keys and the mouse do -----------------------------------------------------------

  onKey(event) {
    if (event.key === "Escape" && this.picked) {
      event.preventDefault();
      const back = this.picked.cell;
      this.cancel(true);
      this.focus(back);
      return;
    }
    const cell = event.target.closest("td");
    // With a modifier the key is the browser's: to copy, to paste, to go back.
    if (!cell || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in ARROWS) {
      event.preventDefault();
      this.step(cell, ARROWS[event.key]);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.enter(cell);
    } else if (event.key === "Delete" || event.key.toLowerCase() === "v") {
      this.change(cell, event.key === "Delete");
    }
  }

  enter(cell) {
    if (this.picked) this.drop(cell);
    else if (cell.querySelector(".meet")) this.pick(cell.querySelector(".meet"));
  }

  change(cell, isRemoval) {
    const link = cell.querySelector(".meet");
    if (!link || this.picked) return;
    const isLocked = link.classList.contains("is-locked");
    const action = isRemoval ? "sortir" : isLocked ? "deverrouiller" : "verrouiller";
    this.send(action, { rencontre: link.dataset.key, depuis: cell.dataset.c }, cell.dataset.c);
  }

  step(cell, [down, right]) {
    const row = this.table.tBodies[0].rows[cell.parentNode.sectionRowIndex + down];
    const next = row?.cells[cell.cellIndex + right];
    if (next && next.tagName === "TD") this.focus(next);
  }

  focus(cell) {
    if (!cell) return;
    for (const other of this.table.querySelectorAll("td[tabindex='0']")) other.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (this.picked) this.say(this.describe(cell));
  }

  describe(cell) {
    const hour = this.table.tHead.rows[0].cells[cell.cellIndex].textContent.trim();
    const table = cell.parentNode.cells[0].textContent.trim();
    const where = this.region.dataset.where.replace("{hour}", hour).replace("{table}", table);
    return this.checks ? `${where} : ${this.checks[cell.dataset.c][1]}` : where;
  }

  onClick(event) {
    const cell = event.target.closest("td");
    if (this.picked && cell) {
      event.preventDefault();
      this.drop(cell);
      return;
    }
    const link = event.target.closest(".meet");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (cell) this.focus(cell);
    this.pick(link);
  }

  onDragStart(event) {
    const link = event.target.closest?.(".meet");
    if (!link) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", link.dataset.key);
    this.pick(link);
  }

  onDragOver(event) {
    const cell = event.target.closest("td");
    if (!this.picked || !cell) return;
    const verdict = this.checks ? this.checks[cell.dataset.c][0] : "free";
    if (verdict === "free" || verdict === "swap") event.preventDefault();
    if (cell.classList.contains("is-over")) return;
    for (const other of this.table.querySelectorAll(".is-over")) other.classList.remove("is-over");
    cell.classList.add("is-over");
    if (this.checks) this.say(this.describe(cell));
  }

  onDrop(event) {
    const cell = event.target.closest("td");
    if (!this.picked || !cell) return;
    event.preventDefault();
    this.drop(cell);
  }

  onSubmit(event) {
    const action = event.submitter?.formAction;
    if (!action || event.target === this.form) return;
    event.preventDefault();
    this.send(action.slice(action.lastIndexOf("/") + 1), {}, "");
  }

  // --- Sending, and showing what came of it ------------------------------------------------------

  async send(action, fields, focused) {
    if (this.isBusy) return;
    this.isBusy = true;
    const body = new FormData(this.form);
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    let message = this.region.dataset.failed;
    try {
      const address = `${this.region.dataset.base}/${action}`;
      const response = await fetch(address, { method: "POST", body, headers: JSON_TYPE });
      if (response.status === 409) message = this.region.dataset.stale;
      const isJson = response.headers.get("Content-Type")?.includes("json");
      const answer = isJson ? await response.json() : {};
      if (answer.url) {
        // Another page, on which the keyboard goes on from the same cell.
        const url = new URL(answer.url, location.href);
        if (focused) url.hash = `${CELL}${focused}`;
        location.assign(url);
        return;
      }
      if (response.ok || response.status === 409) await this.reload(focused);
      else this.cancel(false);
      message = answer.message || message;
    } catch {
      this.cancel(false);
    }
    this.say(message);
    this.isBusy = false;
  }

  async reload(focused) {
    const response = await fetch(location.href);
    const answer = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = document.adoptNode(answer.querySelector("[data-grid]"));
    const scroll = this.table.closest(".grid-wrap");
    const [left, top] = [scroll.scrollLeft, scroll.scrollTop];
    this.region.replaceWith(fresh);
    this.region = fresh;
    this.bind();
    this.table.closest(".grid-wrap").scrollTo(left, top);
    this.focus(this.table.querySelector(`td[data-c="${CSS.escape(focused)}"]`));
  }
}

for (const region of document.querySelectorAll("[data-grid]")) {
  const grid = new Grid(region);
  if (location.hash.startsWith(CELL)) {
    const wanted = decodeURIComponent(location.hash.slice(CELL.length));
    grid.focus(grid.table.querySelector(`td[data-c="${CSS.escape(wanted)}"]`));
  }
}
