// On narrow screens the filters start folded, so that the results come first.

export function initFacetsFold(fold) {
  const narrow = window.matchMedia("(max-width: 61.99rem)");
  const apply = () => { fold.open = !narrow.matches; };
  narrow.addEventListener("change", apply);
  apply();
}
