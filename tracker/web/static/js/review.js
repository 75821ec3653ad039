// The review desk: candidates and their places in the source lead to each other, keys act on the current candidate,
// and selected words become a new candidate, a cut or a new span.
//
// Offsets are code points of the source text, while strings here count UTF-16 units; and the browser turned every
// CRLF into LF. So each line carries the offset it begins with, and only code points within one line are counted.

import { isPlainKey, isTyping } from "./keys.js";

const desk = document.querySelector("[data-desk]");
const source = desk?.querySelector("[data-source]");
const candidates = () => [...desk.querySelectorAll("article[data-candidate]")];
const marks = (id) => [...source.querySelectorAll("mark[data-candidate]")].filter((mark) => mark.dataset.candidate === id);
const codePoints = (text) => [...text].length;

// Return what of a line lies within a range, and the offset in the source at which that begins.
function pieceOf(line, range) {
  const piece = document.createRange();
  piece.selectNodeContents(line);
  if (line.contains(range.startContainer)) piece.setStart(range.startContainer, range.startOffset);
  if (line.contains(range.endContainer)) piece.setEnd(range.endContainer, range.endOffset);
  const before = document.createRange();
  before.setStart(line, 0);
  before.setEnd(piece.startContainer, piece.startOffset);
  return { at: Number(line.dataset.start) + codePoints(before.toString()), text: piece.toString() };
}

// Return the selected span without white space at its ends, or null where no word of the source is selected.
export function selectedSpan() {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(source)) return null;
  const lines = [...source.querySelectorAll("[data-start]")].filter((line) => range.intersectsNode(line));
  const pieces = lines.map((line) => pieceOf(line, range)).filter(({ text }) => text.trim());
  if (!pieces.length) return null;
  const first = pieces[0];
  const last = pieces[pieces.length - 1];
  return {
    start: first.at + codePoints(first.text) - codePoints(first.text.trimStart()),
    end: last.at + codePoints(last.text.trimEnd()),
    text: pieces.map(({ text }) => text.trim()).join(" "),
  };
}

// Scroll the pane around an element, so that the rest of the page stays where it is; without panes the page scrolls.
function reveal(element, block) {
  const pane = element.closest(".desk__pane");
  if (!pane || getComputedStyle(pane).overflowY !== "auto" || pane.scrollHeight <= pane.clientHeight) {
    element.scrollIntoView({ block: "start" });
    return;
  }
  // A pane may reach below the window; only what can be seen counts.
  const frame = pane.getBoundingClientRect();
  const place = element.getBoundingClientRect();
  const top = Math.max(frame.top, 0) + (pane.querySelector(".desk__bar")?.offsetHeight ?? 0) + 8;
  const bottom = Math.min(frame.bottom, innerHeight) - 8;
  const room = bottom - top;
  if (block === "center") pane.scrollTop += place.top - top - Math.max((room - place.height) / 2, 0);
  else if (block === "start" || place.top < top || place.height > room) pane.scrollTop += place.top - top;
  else if (place.bottom > bottom) pane.scrollTop += place.bottom - bottom;
}

function current() {
  return candidates().find((candidate) => candidate.classList.contains("is-current")) ?? null;
}

function choose(id, { scrollSource = true, scrollCandidate = "nearest" } = {}) {
  for (const candidate of candidates()) {
    const chosen = candidate.dataset.candidate === id;
    candidate.classList.toggle("is-current", chosen);
    if (!chosen) continue;
    candidate.setAttribute("aria-current", "true");
    candidate.closest("details:not([open])")?.setAttribute("open", "");
    if (scrollCandidate) reveal(candidate, scrollCandidate);
    if (!candidate.contains(document.activeElement)) candidate.focus({ preventScroll: true });
  }
  for (const other of desk.querySelectorAll("article[aria-current]:not(.is-current)")) other.removeAttribute("aria-current");
  for (const mark of source.querySelectorAll("mark.is-current")) mark.classList.remove("is-current");
  const places = marks(id);
  for (const mark of places) mark.classList.add("is-current");
  if (scrollSource && places[0]) reveal(places[0], "center");
  desk.dispatchEvent(new CustomEvent("desk:chosen", { bubbles: true, detail: { id } }));
}

function move(step) {
  const all = candidates().filter((candidate) => candidate.offsetParent);
  if (!all.length) return;
  const at = all.indexOf(current());
  choose(all[Math.min(Math.max(at + step, 0), all.length - 1)].dataset.candidate);
}

const FIELDS = "select, input:not([type=hidden]), textarea";

function press(key) {
  const escaped = CSS.escape(key);
  const target = current()?.querySelector(`[data-key="${escaped}"]`) ?? desk.querySelector(`[data-desk-key="${escaped}"]`);
  if (!target || target.disabled) return false;
  target.click();
  const opened = target.closest("details[open]");
  if (target.matches("summary") && opened) opened.querySelector(FIELDS)?.focus();
  return true;
}

// Send what is selected in the source instead of opening a form that asks for it.
function sendSelection(key) {
  const span = selectedSpan();
  if (!span) return false;
  if (key === "n") {
    const form = desk.querySelector("form[data-span-form]");
    if (!form) return false;
    fillSpan(form, span);
    form.requestSubmit();
    return true;
  }
  const names = { s: ["cuts", "cuts"], b: ["start", "end"] }[key];
  const form = desk.querySelector("form[data-selection-form]");
  const link = names && current()?.querySelector(`a[data-key="${key}"]`);
  if (!form || !link) return false;
  form.action = link.href;
  form.elements.version.value = current().dataset.version;
  for (const [at, name] of names.entries()) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value: at ? span.end : span.start });
    form.append(field);
  }
  form.requestSubmit();
  return true;
}

// A form that is open is closed by Esc, wherever the focus stands in it, and its words stay where they were typed.
function close(form) {
  const candidate = form.closest("article[data-candidate]");
  const panel = form.closest("[data-panel]");
  const details = form.closest("details");
  if (panel) panel.remove();
  else if (details) details.open = false;
  (candidate ?? details?.querySelector("summary"))?.focus({ preventScroll: true });
}

function openForm(target) {
  const form = target.closest("form");
  return form && desk.contains(form) && !form.closest("dialog") ? form : null;
}

function listenForDeskKeys() {
  // Listens earlier than the page's own keys, so that j and k mean candidates here.
  document.addEventListener("keydown", (event) => {
    const form = openForm(event.target);
    if (form && event.key === "Escape" && !event.isComposing) close(form);
    else if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) form.requestSubmit();
    else if (!isDeskKey(event, form) || !act(event.key)) return;
    event.preventDefault();
  }, { capture: true });
}

function isDeskKey(event, form) {
  // In an open form letters belong to its boxes and choices.
  return !form && isPlainKey(event) && !isTyping(event.target) && !document.querySelector("dialog[open]");
}

function act(key) {
  const moved = { j: 1, k: -1 }[key];
  if (moved) move(moved);
  return Boolean(moved) || (/^[a-z0-9]$/.test(key) && (sendSelection(key) || press(key)));
}

// What is fetched into a card begins with its first field; a refusal is shown as the page that it is.
function openPanels() {
  desk.addEventListener("htmx:afterSwap", ({ detail }) => detail.target.querySelector(FIELDS)?.focus());
  for (const failure of ["htmx:responseError", "htmx:sendError"]) {
    desk.addEventListener(failure, ({ target }) => location.assign(target.href));
  }
  desk.addEventListener("click", (event) => {
    const cancel = event.target.closest("[data-panel-close]");
    if (!cancel) return;
    event.preventDefault();
    close(cancel);
  });
}

function linkBothSides() {
  source.addEventListener("click", (event) => {
    const mark = event.target.closest("mark[data-candidate]");
    if (!mark || !document.getSelection().isCollapsed) return;
    if (event.target.closest("a")) event.preventDefault();
    choose(mark.dataset.candidate, { scrollSource: false });
  });
  for (const event of ["click", "focusin"]) {
    desk.addEventListener(event, ({ target }) => {
      const candidate = target.closest("article[data-candidate]");
      if (candidate && candidate !== current()) choose(candidate.dataset.candidate, { scrollCandidate: false });
    });
  }
}

function fillSpan(form, span) {
  form.elements.start.value = span.start;
  form.elements.end.value = span.end;
  const words = form.querySelector("[data-span-text]");
  if (words) words.textContent = span.text;
}

function offerSelection() {
  const form = desk.querySelector("form[data-span-form]");
  if (!form) return;
  document.addEventListener("selectionchange", () => {
    const span = selectedSpan();
    if (span) fillSpan(form, span);
    // A press on the form's own button takes the selection away; the form must still be there to be sent.
    if (span || !form.contains(document.activeElement)) form.hidden = !span;
  });
}

// A link that would take the focus also takes the selection that it is about.
function keepSelection() {
  desk.addEventListener("pointerdown", (event) => {
    if (event.target.closest("a[data-key]") && selectedSpan()) event.preventDefault();
  });
  desk.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-key]");
    if (!link || !selectedSpan() || !candidateOf(link)) return;
    choose(candidateOf(link).dataset.candidate, { scrollSource: false, scrollCandidate: false });
    if (!sendSelection(link.dataset.key)) return;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });
}

function candidateOf(element) {
  return element.closest("article[data-candidate]");
}

// What stands there from the beginning is not read aloud; what changes is.
function sayWhatWasDone() {
  const said = desk.querySelector("[data-said] span");
  const words = said?.textContent;
  if (!words) return;
  said.textContent = "";
  setTimeout(() => { said.textContent = words; }, 100);
}

if (desk && source) {
  desk.classList.add("has-keys");
  listenForDeskKeys();
  openPanels();
  linkBothSides();
  offerSelection();
  keepSelection();
  sayWhatWasDone();
  // A refused form says whose it is; else the address may name a candidate or a place.
  const wanted = desk.dataset.current ?? location.hash.match(/^#(?:candidate|place)-(.+)$/)?.[1];
  const first = candidates().find((candidate) => candidate.dataset.candidate === wanted)
    ?? candidates().find((candidate) => candidate.classList.contains("is-pending"));
  // On a narrow screen the page begins at its head, unless the address leads further down.
  const scrolls = Boolean(wanted) || matchMedia("(min-width: 64.01rem)").matches;
  if (first) choose(first.dataset.candidate, { scrollSource: scrolls, scrollCandidate: scrolls && "start" });
}
