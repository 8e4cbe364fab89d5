// Shows how the society will be printed while its name, officer and office are typed.
for (const source of document.querySelectorAll("[data-preview-source]")) {
  const targets = document.querySelectorAll(`[data-preview-target="${source.dataset.previewSource}"]`);
  const mirror = () => targets.forEach((target) => {
    target.textContent = source.value.trim() || target.dataset.previewEmpty;
  });
  source.addEventListener("input", mirror);
  mirror();
}
