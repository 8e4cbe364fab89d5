// Whoever writes another wording suggests it: the choice follows, and stays what a person makes of it.
const wording = document.querySelector("[data-comment-wording]");

wording?.addEventListener("input", () => {
  const choices = [...wording.form.elements.suggests];
  const [remark, written] = ["remark", "wording"].map((value) => choices.find((one) => one.value === value));
  if (wording.value.trim() && remark.checked) written.checked = true;
  else if (!wording.value.trim() && written.checked) remark.checked = true;
});
