// Ticks all rows that are shown, and says how many are ticked; the form beneath works without.
for (const form of document.querySelectorAll("[data-select]")) {
  const table = document.getElementById(form.dataset.select);
  const boxes = [...form.elements.chosen instanceof RadioNodeList ? form.elements.chosen : [form.elements.chosen]].filter(Boolean);
  if (!table || !boxes.length) continue;
  const shown = () => boxes.filter((box) => !box.closest("tr").hidden);
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--secondary button--compact";
  form.querySelector("h2").after(button, status);

  const tell = () => {
    const ticked = boxes.filter((box) => box.checked);
    const hidden = ticked.filter((box) => box.closest("tr").hidden).length;
    status.textContent = `${ticked.length} of ${boxes.length} ticked${hidden ? `, ${hidden} of them not shown now` : ""}`;
    button.textContent = shown().every((box) => box.checked) ? "Tick none of those shown" : "Tick all that are shown";
  };
  button.addEventListener("click", () => {
    const rows = shown();
    const on = !rows.every((box) => box.checked);
    rows.forEach((box) => { box.checked = on; });
    tell();
  });
  table.addEventListener("change", tell);
  document.addEventListener("input", () => setTimeout(tell));
  addEventListener("pageshow", tell);
  tell();
}
