// The switch at the foot of every page: automatic (the system's), light or dark; kept in this browser only.

function remember(theme) {
  try {
    if (theme === "auto") localStorage.removeItem("theme");
    else localStorage.setItem("theme", theme);
  } catch {
    // Storage refused: the choice lasts as long as the page.
  }
}

export function initThemeSwitch(group) {
  const root = document.documentElement;
  const chosen = root.dataset.theme ?? "auto";
  for (const input of group.querySelectorAll("input")) {
    input.checked = input.value === chosen;
    input.addEventListener("change", () => {
      if (input.value === "auto") delete root.dataset.theme;
      else root.dataset.theme = input.value;
      remember(input.value);
    });
  }
  group.hidden = false;
}
