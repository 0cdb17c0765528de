// Blocking on purpose: the theme chosen by the reader is set before the first paint.
(() => {
  const root = document.documentElement;
  root.classList.add("has-js");
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage refused by the browser: the theme of the system applies.
  }
})();
