// A button behind each sentence, and below each box, that is there to be copied, where the browser lets a page write to the clipboard.
for (const sentence of navigator.clipboard ? document.querySelectorAll("[data-copy]") : []) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = sentence.value === undefined ? "button button--quiet" : "button button--secondary button--compact";
  button.append("Copy");
  const about = document.createElement("span");
  about.className = "visually-hidden";
  about.textContent = `: ${sentence.dataset.copy}`;
  button.append(about);
  const told = document.createElement("span");
  told.className = "quiet";
  told.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(sentence.value ?? sentence.textContent);
      told.textContent = "Copied.";
    } catch {
      sentence.select?.();
      told.textContent = "The browser did not let this page copy. Select it and copy it by hand.";
    }
  });
  sentence.after(" ", button, " ", told);
}
