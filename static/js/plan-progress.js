// A plan under calculation: its figures are fetched again every second and a half, and the page is loaded anew
// once it is done. Without scripts the page refreshes itself.

const PERIOD = 1500;
const PATIENCE = 5000;

const again = async (region) => {
  let wait = PERIOD;
  try {
    const response = await fetch(region.dataset.planProgress, { headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(String(response.status));
    const answer = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = document.adoptNode(answer.querySelector("[data-plan-progress]"));
    if (fresh.dataset.underWay !== "oui") {
      location.reload();
      return;
    }
    update(region, fresh);
  } catch {
    say(region, region.dataset.lost);
    wait = PATIENCE;
  }
  setTimeout(again, wait, region);
};

// The phase is announced when it changes, not the figures, which would never let a screen reader rest.
function update(region, fresh) {
  const phase = region.querySelector(".plan-phase");
  const next = fresh.querySelector(".plan-phase");
  if (phase.textContent !== next.textContent) phase.replaceChildren(...next.childNodes);
  next.replaceWith(phase);
  region.replaceChildren(...fresh.childNodes);
}

function say(region, text) {
  const phase = region.querySelector(".plan-phase");
  if (phase.textContent !== text) phase.textContent = text;
}

for (const region of document.querySelectorAll("[data-plan-progress]")) setTimeout(again, PERIOD, region);
if (document.querySelector("[data-plan-list]")) setTimeout(() => location.reload(), PATIENCE);
