// Completion of a text field, after the ARIA combobox pattern (list with active descendant).
// The source answers ?q=… with a JSON array of {label, detail?, code?, url?}: `label` and `detail` are shown;
// `url` is followed when there is one; else the label goes into the field and, when there is a `code`, the form
// sends that code in its place (names of places repeat, codes do not) for as long as the text is not edited.

const DELAY_MS = 120;
const SHORTEST = 2;
let serial = 0;

class Combobox {
  constructor(box) {
    this.box = box;
    this.input = box.querySelector("input");
    this.items = [];
    this.active = -1;
    this.timer = 0;
    this.request = null;
    this.code = null;
    this.build();
    this.listen();
  }

  build() {
    serial += 1;
    this.list = document.createElement("ul");
    this.list.className = "combobox-list";
    this.list.id = `combobox-${serial}`;
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    const label = this.input.labels[0];
    if (label) this.list.setAttribute("aria-label", label.textContent.trim());
    this.status = document.createElement("span");
    this.status.className = "visually-hidden";
    this.status.setAttribute("role", "status");
    this.box.append(this.list, this.status);
    const { input } = this;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", this.list.id);
  }

  listen() {
    this.input.addEventListener("input", () => {
      this.sendText();
      this.schedule();
    });
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.input.addEventListener("blur", () => this.close());
    // Keep the focus in the field while an option is pressed.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose(Number(option.dataset.index));
    });
  }

  schedule() {
    clearTimeout(this.timer);
    if (this.input.value.trim().length < SHORTEST) {
      this.request?.abort();
      this.close();
      return;
    }
    this.timer = setTimeout(() => this.fetch(), DELAY_MS);
  }

  async fetch() {
    this.request?.abort();
    this.request = new AbortController();
    const url = new URL(this.box.dataset.combobox, location.href);
    url.searchParams.set("q", this.input.value.trim());
    try {
      const response = await fetch(url, { signal: this.request.signal, headers: { Accept: "application/json" } });
      if (response.ok) this.show(await response.json());
    } catch {
      // Aborted by the next key, or offline: the field stays a plain text field.
    }
  }

  show(items) {
    if (document.activeElement !== this.input) return;
    this.items = items;
    this.active = -1;
    this.list.replaceChildren(...items.map((item, index) => this.option(item, index)));
    this.list.hidden = items.length === 0;
    this.input.setAttribute("aria-expanded", String(items.length > 0));
    this.input.removeAttribute("aria-activedescendant");
    const { count, none } = this.box.dataset;
    this.status.textContent = items.length ? count.replace("{n}", items.length) : none;
  }

  option(item, index) {
    const line = document.createElement("li");
    line.id = `${this.list.id}-${index}`;
    line.dataset.index = index;
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.append(item.label);
    if (item.detail) {
      const detail = document.createElement("span");
      detail.textContent = item.detail;
      line.append(" ", detail);
    }
    return line;
  }

  onKey(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) this.schedule();
      else this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      this.choose(this.active);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.close();
    }
  }

  move(step) {
    const size = this.items.length;
    this.list.children[this.active]?.setAttribute("aria-selected", "false");
    this.active = this.active < 0 && step < 0 ? size - 1 : (this.active + step + size) % size;
    const line = this.list.children[this.active];
    line.setAttribute("aria-selected", "true");
    line.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", line.id);
  }

  choose(index) {
    const item = this.items[index];
    this.close();
    if (item.url) {
      location.assign(item.url);
      return;
    }
    this.input.value = item.label;
    if (item.code) this.sendCode(item.code);
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  sendCode(code) {
    this.sendText();
    this.code = document.createElement("input");
    this.code.type = "hidden";
    this.code.name = this.input.name;
    this.code.value = code;
    this.input.removeAttribute("name");
    this.box.append(this.code);
  }

  sendText() {
    if (!this.code) return;
    this.input.name = this.code.name;
    this.code.remove();
    this.code = null;
  }

  close() {
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.status.textContent = "";
  }
}

export function initCombobox(box) {
  return new Combobox(box);
}
