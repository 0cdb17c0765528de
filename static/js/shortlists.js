// « Ajouter à une sélection » without leaving the page: a small menu of the team's selections, then one status line.
// Without scripts the same form leads to a page that asks which one.

const JSON_TYPE = { Accept: "application/json" };

export function initShortlist(form) {
  const button = form.querySelector("button[type=submit]");
  const status = document.createElement("p");
  status.className = "shortlist-status";
  status.setAttribute("role", "status");
  form.append(status);
  let menu = null;

  const close = (isFocusing) => {
    menu?.remove();
    menu = null;
    button.setAttribute("aria-expanded", "false");
    if (isFocusing) button.focus();
  };

  const send = async (fields) => {
    const body = new FormData(form);
    body.set("form_number", crypto.randomUUID().replaceAll("-", ""));
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    try {
      const response = await fetch(form.action, { method: "POST", body, headers: JSON_TYPE });
      const answer = await response.json();
      status.textContent = answer.message || form.dataset.failed;
    } catch {
      status.textContent = form.dataset.failed;
    }
    close(true);
  };

  button.setAttribute("aria-expanded", "false");
  form.addEventListener("submit", async (event) => {
    if (!crypto.randomUUID) return; // Outside a secure context the page without scripts does the work.
    event.preventDefault();
    if (event.submitter !== button) return;
    if (menu) {
      close(true);
      return;
    }
    const query = new URLSearchParams(new FormData(form));
    query.delete("csrf_token");
    try {
      const response = await fetch(`${form.getAttribute("action")}?${query}`, { headers: JSON_TYPE });
      if (!response.ok) throw new Error(response.statusText);
      menu = buildMenu(form, await response.json(), send);
    } catch {
      form.submit();
      return;
    }
    button.after(menu);
    button.setAttribute("aria-expanded", "true");
    menu.querySelector("button:not([disabled]), input").focus();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu) close(true);
  });
  document.addEventListener("click", (event) => {
    if (menu && !form.contains(event.target)) close(false);
  });
}

function buildMenu(form, lists, send) {
  const menu = document.createElement("div");
  menu.className = "shortlist-menu";
  for (const list of lists) {
    const choice = document.createElement("button");
    choice.type = "button";
    choice.className = "choice";
    choice.textContent = list.holds ? `${list.name} (${form.dataset.held})` : list.name;
    choice.disabled = list.holds;
    choice.addEventListener("click", () => send({ liste: list.id }));
    menu.append(choice);
  }
  menu.append(newList(form, send));
  return menu;
}

function newList(form, send) {
  const box = document.createElement("div");
  box.className = "new-list";
  const label = document.createElement("label");
  const input = document.createElement("input");
  const create = document.createElement("button");
  input.className = "form-control";
  input.maxLength = 120;
  label.append(form.dataset.newName, input);
  create.type = "button";
  create.className = "btn btn-sm btn-primary";
  create.textContent = form.dataset.create;
  const finish = () => {
    if (input.value.trim()) send({ liste: "nouvelle", name: input.value });
    else input.focus();
  };
  create.addEventListener("click", finish);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    finish();
  });
  box.append(label, create);
  return box;
}
