// Keys: / search, ? help, j k next and previous row, Esc closes. Enter needs nothing: the row's link has the focus.

export function isTyping(target) {
  return target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]") !== null;
}

export function isPlainKey(event) {
  return !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing && !event.defaultPrevented;
}

function rowLinks() {
  const rows = document.querySelectorAll("table[data-rows] tbody tr, [data-rows] > li");
  return [...rows].map((row) => row.querySelector("[data-row-link]") ?? row.querySelector("a[href]")).filter(Boolean);
}

function moveRow(step) {
  const links = rowLinks();
  if (!links.length) return;
  const row = document.activeElement.closest("tr, li");
  const present = links.findIndex((link) => row?.contains(link));
  const next = links[Math.min(Math.max(present + step, 0), links.length - 1)];
  next.focus();
  next.closest("tr, li").scrollIntoView({ block: "nearest" });
}

function search() {
  const shown = [...document.querySelectorAll("[data-key-search], input[type=search]")].find((box) => box.offsetParent);
  shown?.focus();
  shown?.select();
}

function showHelp() {
  const help = document.getElementById("help");
  if (help && !help.open) help.showModal();
}

function closeMenu() {
  const menu = document.querySelector("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

const ACTIONS = { "/": search, "?": showHelp, j: () => moveRow(1), k: () => moveRow(-1), Escape: closeMenu };

export function listenForKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return closeMenu();
    const action = ACTIONS[event.key];
    if (!action || !isPlainKey(event) || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    action();
  });
  for (const button of document.querySelectorAll("[data-open-help]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      closeMenu();
      showHelp();
    });
  }
}
