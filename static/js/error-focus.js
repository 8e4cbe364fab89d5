// Moves the focus to the error summary, so that a screen reader begins there.
const summary = document.querySelector("[data-error-summary]");
if (summary) summary.focus();
