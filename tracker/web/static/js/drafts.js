// What was typed is never lost: forms with data-keep are copied to this browser while they are filled in.
//
// A draft that was sent is dropped by the page that tells of success. Failed pages, error pages and the sign-in page
// (data-error-summary, data-keep-drafts), and every page after a connection that broke, leave it waiting for its form.
// Drafts belong to one reader, are forgotten on signing out and after a week; passwords and files are never copied.

const PREFIX = "draft:";
const SENT = "sent-draft";
const WEEK = 7 * 24 * 60 * 60 * 1000;

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, draft) {
  try {
    localStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // Storage may be full or forbidden; the form itself still works.
  }
}

function keys() {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
}

function fields(form) {
  return [...form.elements].filter(
    (field) => field.name && field.name !== "csrf_token" && !["hidden", "password", "file", "submit", "button", "fieldset"].includes(field.type),
  );
}

const isChoice = (field) => field.type === "checkbox" || field.type === "radio";

function values(form) {
  return fields(form).map((field) => [field.name, isChoice(field) ? `${field.value}=${field.checked}` : field.value]);
}

function fill(form, saved) {
  const left = [...saved];
  for (const field of fields(form)) {
    const at = left.findIndex(([name, value]) => name === field.name && (!isChoice(field) || value.startsWith(`${field.value}=`)));
    if (at < 0) continue;
    const [[, value]] = left.splice(at, 1);
    if (isChoice(field)) field.checked = value.endsWith("=true");
    else field.value = value;
  }
}

function tellRestored(form, discard) {
  const notice = document.getElementById("draft-restored")?.content.firstElementChild.cloneNode(true);
  if (!notice) return;
  notice.querySelector("[data-discard-draft]").addEventListener("click", () => {
    discard();
    notice.remove();
  });
  form.prepend(notice);
}

function watch(form, reader) {
  const key = `${PREFIX}${reader}:${form.dataset.keep}`;
  const initial = values(form);
  const draft = read(key);
  const failed = form.querySelector("[data-error-summary]") !== null;
  if (draft && !failed && JSON.stringify(draft.values) !== JSON.stringify(initial)) {
    fill(form, draft.values);
    tellRestored(form, () => {
      fill(form, initial);
      localStorage.removeItem(key);
    });
  }
  form.addEventListener("input", () => write(key, { values: values(form), at: Date.now() }));
  form.addEventListener("submit", () => write(key, { values: values(form), at: Date.now() }));
}

function guard(form) {
  const initial = JSON.stringify(values(form));
  let sending = false;
  form.addEventListener("submit", () => { sending = true; });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && form.isConnected && JSON.stringify(values(form)) !== initial) event.preventDefault();
  });
}

// Runs once a page, before any form is filled again. Only what this tab has just sent is dropped.
function settle(reader) {
  const failed = document.querySelector("[data-error-summary], [data-keep-drafts]") !== null;
  const succeeded = document.querySelector("main > .notice--success") !== null;
  if (succeeded && !failed) localStorage.removeItem(sessionStorage.getItem(SENT));
  for (const key of keys()) {
    const draft = read(key);
    if (!draft || Date.now() - draft.at > WEEK) localStorage.removeItem(key);
  }
  document.addEventListener("submit", ({ target: { dataset } }) => {
    sessionStorage.setItem(SENT, dataset.keep ? `${PREFIX}${reader}:${dataset.keep}` : "");
  });
}

export function keepDrafts(root) {
  const reader = document.body.dataset.reader;
  if (root === document) {
    settle(reader);
    document.querySelector("form[data-forget-drafts]")?.addEventListener("submit", () => {
      for (const key of keys()) localStorage.removeItem(key);
    });
  }
  for (const form of root.querySelectorAll("form[data-keep]")) if (reader) watch(form, reader);
  for (const form of root.querySelectorAll("form[data-guard]")) guard(form);
}
