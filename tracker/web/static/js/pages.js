// Pages of reports shown in place: an opened page begins at the passage that was asked for, goes on with the candidate
// that the desk has chosen, and can be closed again. Without this file every link leads to a page of its own.

function showPassage(slot) {
  const mark = slot.querySelector(".page-mark.is-current rect");
  const frame = slot.querySelector(".page-view__frame");
  if (!mark || !frame) return;
  const place = mark.getBoundingClientRect();
  const room = frame.getBoundingClientRect();
  frame.scrollTop += place.top - room.top - room.height / 3;
  if (place.width < room.width) frame.scrollLeft += place.left - room.left - (room.width - place.width) / 2;
}

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const slot = detail.target.closest?.("[data-page-slot]");
  if (slot) showPassage(slot);
});

// The next candidate's page is shown as large as the last one was.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const zoom = detail.elt.matches("[data-page-link]") && document.querySelector(".desk [data-page-view]")?.dataset.zoom;
  if (zoom) detail.parameters.zoom = zoom;
});

document.addEventListener("click", ({ target }) => {
  const close = target.closest?.("[data-page-close]");
  if (!close) return;
  close.closest("[data-page-slot]").replaceChildren();
});

// While a page stands beside the source, choosing a candidate turns to its page.
document.addEventListener("desk:chosen", ({ target, detail }) => {
  const slot = target.querySelector("[data-page-slot]");
  if (!slot?.querySelector("[data-page-view]")) return;
  if (slot.dataset.passage === detail.id) return;
  const link = target.querySelector(`article[data-candidate="${CSS.escape(detail.id)}"] a[data-page-link]`);
  slot.dataset.passage = detail.id;
  link?.click();
});

const alone = document.querySelector(".desk[data-page-slot]");
if (alone) {
  const image = alone.querySelector("img");
  if (image && !image.complete) image.addEventListener("load", () => showPassage(alone), { once: true });
  showPassage(alone);
}
