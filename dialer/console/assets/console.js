// Pages follow the machine: at each event the page is asked for again, and its live parts take the new content.
"use strict";
const parts = () => document.querySelectorAll("[data-live]");
let asking = false;
let again = false;

async function refresh() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.redirected) {
      location.reload();
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of parts()) {
      const next = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
      // Not while somebody types there.
      if (next && next.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) {
        part.replaceChildren(...next.childNodes);
      }
    }
  } finally {
    asking = false;
  }
  if (again) {
    again = false;
    refresh();
  }
}

const events = new EventSource("/v1/events");
for (const name of ["system", "progress"]) {
  events.addEventListener(name, refresh);
}
