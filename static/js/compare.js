// The bar that compares what is ticked: it counts, refuses a fifth and a mixture with a sentence, and remembers the choice from
// page to page of this visit. The form sends an address that anyone may share; without scripts, the boxes of one page.

const KEY = "comparaison";

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
}

export function initCompare(bar) {
  const most = Number(bar.dataset.most);
  const status = bar.querySelector("[data-compare-status]");
  const hint = status.textContent;
  const boxes = [...document.querySelectorAll(`input[type=checkbox][form="${bar.id}"]`)];
  const names = document.createElement("ul");
  names.className = "compare-names";
  status.after(names);
  let chosen = stored();

  const holds = (box) => chosen.some((one) => one.name === box.name && one.slug === box.value);

  const show = (warning = "") => {
    bar.classList.toggle("is-used", chosen.length > 0);
    bar.classList.toggle("is-warned", warning !== "");
    status.textContent = warning || (chosen.length ? bar.dataset.count.replace("{n}", chosen.length) : hint);
    for (const box of boxes) box.checked = holds(box);
    // What was ticked on another page travels in hidden fields, and can be unticked by its name.
    const elsewhere = chosen.filter((one) => !boxes.some((box) => box.name === one.name && box.value === one.slug));
    names.replaceChildren(...elsewhere.map((one) => line(one)));
    try {
      sessionStorage.setItem(KEY, JSON.stringify(chosen));
    } catch {
      // No storage: the boxes of this page still work.
    }
  };

  const line = (one) => {
    const item = document.createElement("li");
    const box = document.createElement("input");
    const label = document.createElement("label");
    Object.assign(box, { type: "checkbox", name: one.name, value: one.slug, checked: true, className: "form-check-input" });
    box.addEventListener("change", () => {
      chosen = chosen.filter((other) => other !== one);
      show();
    });
    label.append(box, " ", one.title);
    item.append(label);
    return item;
  };

  const change = (box) => {
    if (!box.checked) {
      chosen = chosen.filter((one) => one.name !== box.name || one.slug !== box.value);
      show();
    } else if (chosen.length >= most) {
      show(bar.dataset.full);
    } else if (chosen.some((one) => one.name !== box.name)) {
      show(bar.dataset.mixed);
    } else {
      chosen = [...chosen, { name: box.name, slug: box.value, title: box.dataset.title }];
      show();
    }
  };

  // Ticked before this script was there, or given back by the browser.
  const early = boxes.filter((box) => box.checked && !holds(box));
  for (const box of boxes) box.addEventListener("change", () => change(box));
  // Once compared, the choice has done its work: the address holds it.
  bar.addEventListener("submit", () => sessionStorage.removeItem(KEY));
  show();
  for (const box of early) {
    box.checked = true;
    change(box);
  }
}
