// Niceties of forms: characters left, unsaved changes, focus on the errors, a question before what cannot be undone.

export function initCounter(line) {
  const field = document.getElementById(line.dataset.counterFor);
  const most = Number(field.getAttribute("maxlength"));
  // The browser would cut a pasted text silently: count instead, and let the server refuse.
  field.removeAttribute("maxlength");
  line.setAttribute("aria-live", "polite");
  const figures = new Intl.NumberFormat(document.documentElement.lang);
  const show = () => {
    const left = most - [...field.value].length;
    line.textContent = (left < 0 ? line.dataset.over : line.dataset.left).replace("{n}", figures.format(Math.abs(left)));
    line.classList.toggle("is-over", left < 0);
  };
  field.addEventListener("input", show);
  show();
}

export function initGuard(form) {
  let changed = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
}

export function initErrorSummary(summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const target = event.target.closest("a") && document.querySelector(event.target.closest("a").hash);
    if (!target) return;
    event.preventDefault();
    const control = target.matches("fieldset") ? target.querySelector("input") : target;
    target.scrollIntoView({ block: "center" });
    control.focus({ preventScroll: true });
  });
}

// A button with data-confirm="question" data-confirm-yes="…" data-confirm-no="…" inside a form.
export function initConfirm(button) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const dialog = document.createElement("dialog");
    const question = document.createElement("p");
    question.id = "question-posee";
    question.textContent = button.dataset.confirm;
    dialog.setAttribute("aria-labelledby", question.id);
    const actions = document.createElement("form");
    actions.method = "dialog";
    actions.className = "actions";
    actions.append(choice(button.dataset.confirmNo, "", "btn btn-outline-primary"), choice(button.dataset.confirmYes, "yes", "btn btn-danger"));
    dialog.append(question, actions);
    dialog.addEventListener("close", () => {
      dialog.remove();
      // Submitting by the button sends its name and value, and does not click it again.
      if (dialog.returnValue === "yes") button.form.requestSubmit(button);
      else button.focus();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function choice(text, value, classes) {
  const button = document.createElement("button");
  button.textContent = text;
  button.value = value;
  button.className = classes;
  return button;
}

// A form with data-preview="address" data-preview-into="id": the server renders and cleans the fragment.
export function initPreview(form) {
  const target = document.getElementById(form.dataset.previewInto);
  let timer = 0;
  let request = null;
  const refresh = async () => {
    request?.abort();
    request = new AbortController();
    try {
      const response = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form), signal: request.signal });
      if (response.ok) target.innerHTML = await response.text();
    } catch {
      // Aborted by the next key, or offline: the last preview stays.
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, 400);
  });
}
