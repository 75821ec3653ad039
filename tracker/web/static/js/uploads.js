// Tells at once how much was chosen to be uploaded, and whether that is too much: sending it would be in vain.

const MEGABYTE = 1024 * 1024;

function problemOf(input, files) {
  const { mostFiles, mostMegabytes, mostMegabytesInAll, tooMany, tooLarge, tooMuch } = input.dataset;
  if (files.length > Number(mostFiles)) return tooMany;
  if (files.reduce((sum, file) => sum + file.size, 0) > Number(mostMegabytesInAll) * MEGABYTE) return tooMuch;
  const large = files.find((file) => file.size > Number(mostMegabytes) * MEGABYTE);
  return large ? tooLarge.replace("{name}", large.name) : "";
}

function show(input) {
  const files = [...input.files];
  const megabytes = Math.max(0.1, files.reduce((sum, file) => sum + file.size, 0) / MEGABYTE);
  const said = document.getElementById(input.dataset.chosen);
  const chosen = said.dataset.sentence.replace("{count}", files.length).replace("{size}", megabytes.toFixed(1));
  const problem = problemOf(input, files);
  said.textContent = files.length ? [chosen, problem].filter(Boolean).join(" ") : "";
  said.classList.toggle("field__error", Boolean(problem));
}

for (const input of document.querySelectorAll("input[type=file][data-chosen]")) {
  input.addEventListener("change", () => show(input));
}
