// A double press posts once. The button rests after the first submit, and wakes when the page is shown again or the answer is a download.
const REST_MS = 10_000;

function wake(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
}

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    // aria-disabled and not disabled: a disabled button would lose the focus and its own name and value.
    event.submitter?.setAttribute("aria-disabled", "true");
    setTimeout(() => wake(form), REST_MS);
  });
}

addEventListener("pageshow", () => document.querySelectorAll("form[data-once]").forEach(wake));
