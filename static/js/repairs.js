// The first proposal is on the page at once; the others are searched for meanwhile and take its place.

async function searchOn(section) {
  const status = section.querySelector("[data-repairs-status]");
  status.textContent = status.dataset.searching;
  try {
    const response = await fetch(section.dataset.search);
    if (!response.ok || response.redirected) throw new Error(String(response.status));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = page.querySelector("[data-repairs] .repairs");
    // Somebody who is reading or choosing already keeps what is under the finger.
    if (found && !section.contains(document.activeElement)) {
      section.querySelector(".repairs").replaceWith(document.adoptNode(found));
      section.querySelector("[data-repairs-link]")?.remove();
    }
    status.textContent = status.dataset.found;
  } catch {
    status.textContent = "";
  }
}

for (const section of document.querySelectorAll("[data-search]")) searchOn(section);
