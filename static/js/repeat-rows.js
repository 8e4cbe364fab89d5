// Rows of a form that can be added and removed. Without script the spare empty rows that the server printed do.
// Names keep WTForms' form, targets-0-doi: a new row is a copy of the last under the next number; gaps are allowed.
const NUMBER = /-(\d+)(?=-|$)/;
const NAMED = ["name", "id", "for", "aria-describedby", "data-word-count", "data-preview-into"];

const controls = (row) => [...row.querySelectorAll("input:not([type=hidden]), select, textarea")];
const isEmpty = (row) => controls(row).every((field) => (field.matches("[type=checkbox], [type=radio], select") ? true : !field.value.trim()));
const numberOf = (row) => Number(NUMBER.exec(controls(row)[0]?.name ?? "")?.[1] ?? -1);

function button(text, kind, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `button button--${kind} button--compact`;
  made.append(text);
  made.addEventListener("click", press);
  return made;
}

function renumbered(row, number) {
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const attribute of NAMED) {
      const value = element.getAttribute(attribute);
      if (value) element.setAttribute(attribute, value.split(" ").map((part) => part.replace(NUMBER, `-${number}`)).join(" "));
    }
  }
  return row;
}

function emptied(row) {
  row.querySelectorAll(".field__error, .row__remove").forEach((element) => element.remove());
  row.querySelectorAll(".field--wrong").forEach((element) => element.classList.remove("field--wrong"));
  row.querySelectorAll("[aria-invalid]").forEach((element) => element.removeAttribute("aria-invalid"));
  for (const field of controls(row)) {
    if (field.matches("[type=checkbox], [type=radio]")) field.checked = field.defaultChecked = false;
    else if (field.matches("select")) field.selectedIndex = 0;
    else field.value = field.defaultValue = "";
  }
  return row;
}

for (const list of document.querySelectorAll("[data-repeat]")) {
  const rows = () => [...list.querySelectorAll("[data-repeat-row]")];
  const model = emptied(rows().at(-1).cloneNode(true));
  let highest = Math.max(...rows().map(numberOf));
  const adder = button(list.dataset.repeatAdd, "secondary", () => {
    highest += 1;
    const row = prepared(renumbered(model.cloneNode(true), highest));
    adder.before(row);
    count();
    controls(row)[0]?.focus();
  });

  function count() {
    rows().forEach((row, index, all) => {
      row.querySelector("[data-repeat-number]").textContent = index + 1;
      row.querySelector(".row__remove").hidden = all.length === 1;
      row.querySelector(".row__remove .visually-hidden").textContent = ` ${list.dataset.repeatNoun.toLowerCase()} ${index + 1}`;
    });
  }

  function prepared(row) {
    const which = document.createElement("span");
    which.className = "visually-hidden";
    const remove = button("Remove", "quiet", () => {
      const next = row.nextElementSibling?.matches("[data-repeat-row]") ? row.nextElementSibling : row.previousElementSibling;
      row.remove();
      count();
      (next?.matches("[data-repeat-row]") ? controls(next)[0] : adder).focus();
    });
    remove.append(which);
    const line = document.createElement("p");
    line.className = "row__remove";
    line.append(remove);
    row.append(line);
    return row;
  }

  rows().slice(1).filter((row) => isEmpty(row) && !row.querySelector(".field--wrong")).forEach((row) => row.remove());
  rows().forEach(prepared);
  list.append(adder);
  count();
}
