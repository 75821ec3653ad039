// A question that unfolds in place becomes a dialog. The form stays the same, so what it sends stays the same.

function upgrade(details) {
  const summary = details.querySelector("summary");
  const form = details.querySelector("form");
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const heading = form.querySelector("h2");
  heading.id ||= `question-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  dialog.setAttribute("aria-labelledby", heading.id);
  details.after(dialog);
  dialog.append(form);
  summary.setAttribute("aria-haspopup", "dialog");
  summary.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.showModal();
  });
  const cancel = form.querySelector("[data-confirm-cancel]");
  cancel.hidden = false;
  cancel.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  // An answer with errors comes back with the question still open.
  if (details.open || form.querySelector(".field__error")) {
    details.open = false;
    dialog.showModal();
  }
}

export function upgradeConfirmations(root) {
  for (const details of root.querySelectorAll("details[data-confirm]")) upgrade(details);
}
