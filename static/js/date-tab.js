// Once a whole date has been typed into an empty field, Tab goes on to the next field: past the button of the calendar, which Shift + Tab
// still reaches. Any other key on the way, such as an arrow, leaves every stop as it is.
for (const field of document.querySelectorAll("input[type=date]")) {
  let isTyped = false;
  field.addEventListener("focus", () => { isTyped = !field.value; });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") isTyped &&= /^[0-9./-]$/.test(event.key);
    else if (isTyped && field.value && !event.shiftKey) {
      const controls = [...field.form.elements];
      const next = controls.slice(controls.indexOf(field) + 1).find((one) => one.tabIndex >= 0 && one.type !== "hidden" && !one.disabled);
      if (!next) return;
      event.preventDefault();
      next.focus();
    }
  });
}
