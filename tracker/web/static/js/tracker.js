// Every page loads this. Each part makes something quicker that also works without it.

import { keepDrafts } from "./drafts.js";
import { upgradeConfirmations } from "./confirmations.js";
import { listenForKeys } from "./keys.js";
import { switchTheme } from "./theme.js";

function sendTokenWithHtmx() {
  const token = document.querySelector('meta[name="csrf-token"]');
  if (!token) return;
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token.content;
  });
}

// A form that failed comes back with status 422; htmx would throw that answer away.
function showFailedForms() {
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status !== 422) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });
}

function closeMenusOutside() {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
}

// A second press of the button must not send the form a second time.
function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sending) event.preventDefault();
    form.dataset.sending = "true";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
    for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
  });
}

function start(root) {
  keepDrafts(root);
  upgradeConfirmations(root);
}

sendTokenWithHtmx();
showFailedForms();
closeMenusOutside();
listenForKeys();
switchTheme();
start(document);
sendOnce();
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) start(event.detail.elt);
});
document.querySelector(".main-nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
document.querySelector("[data-error-summary]")?.focus();
