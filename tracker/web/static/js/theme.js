// Light or dark at once, without a new page; the server remembers the choice.

export function switchTheme() {
  const form = document.querySelector("form[data-theme-switch]");
  form?.addEventListener("submit", async (event) => {
    const choice = event.submitter?.value;
    if (!choice) return;
    event.preventDefault();
    const body = new FormData(form, event.submitter);
    if (choice === "auto") delete document.documentElement.dataset.bsTheme;
    else document.documentElement.dataset.bsTheme = choice;
    for (const button of form.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === choice));
    }
    document.dispatchEvent(new Event("themechange"));
    await fetch(form.action, { method: "POST", body, redirect: "manual" });
  });
}
