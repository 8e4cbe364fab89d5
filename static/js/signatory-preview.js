// Shows how the society will be printed while its name, officer and office are typed.
for (const source of document.querySelectorAll("[data-preview-source]")) {
  const targets = document.querySelectorAll(`[data-preview-target="${source.dataset.previewSource}"]`);
  const mirror = () => targets.forEach((target) => {
    target.textContent = source.value.trim() || target.dataset.previewEmpty;
  });
  source.addEventListener("input", mirror);
  mirror();
}

// Name and office are printed only if their owner agrees.
for (const consent of document.querySelectorAll("[data-preview-consent]")) {
  const lines = [...document.querySelectorAll(`[data-preview-target="${consent.dataset.previewConsent}"]`)].map((target) => target.parentElement);
  const show = () => lines.forEach((line) => line.toggleAttribute("data-preview-hidden", !consent.checked));
  consent.addEventListener("change", show);
  show();
}
