// Starts what a page asks for by its data- attributes. Every page works without it.

import { initCombobox } from "./combobox.js";
import { initCompare } from "./compare.js";
import { initFacetsFold } from "./facets.js";
import { initConfirm, initCounter, initErrorSummary, initGuard, initPreview } from "./forms.js";
import { initLive } from "./live.js";
import { initMenu } from "./menus.js";
import { initPrint } from "./print.js";
import { initShortlist } from "./shortlists.js";
import { initThemeSwitch } from "./theme.js";

const STARTERS = {
  "[data-theme-switch]": initThemeSwitch,
  ".menu": initMenu,
  "[data-combobox]": initCombobox,
  "[data-facets-fold]": initFacetsFold,
  "[data-counter-for]": initCounter,
  "[data-guard]": initGuard,
  "[data-error-summary]": initErrorSummary,
  "[data-confirm]": initConfirm,
  "[data-preview]": initPreview,
  "[data-compare]": initCompare,
  "[data-shortlist]": initShortlist,
};

function startWithin(root) {
  for (const [selector, start] of Object.entries(STARTERS)) {
    for (const element of root.querySelectorAll(selector)) start(element);
  }
}
startWithin(document);
for (const region of document.querySelectorAll("[data-live]")) initLive(region, startWithin);
initPrint();
