// Filters the rows of a table while its search box is typed in; the box's form asks the server all the same.
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

for (const box of document.querySelectorAll("[data-filter-table]")) {
  const table = document.getElementById(box.dataset.filterTable);
  if (!table) continue;
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  const texts = rows.map((row) => folded(row.textContent));
  const status = document.createElement("p");
  status.className = "search__status";
  status.setAttribute("role", "status");
  box.form.append(status);

  box.addEventListener("input", () => {
    const words = folded(box.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, index) => {
      row.hidden = !words.every((word) => texts[index].includes(word));
      if (!row.hidden) shown += 1;
    });
    status.textContent = words.length ? `${shown} of ${rows.length} shown` : "";
  });
}
