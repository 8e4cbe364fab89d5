// Counts the words of a Markdown text against its limit as it is typed. The server's count decides.
const formatted = new Intl.NumberFormat("en-GB");
const words = (number) => `${formatted.format(number)} ${number === 1 ? "word" : "words"}`;

function count(markdown) {
  const text = markdown
    .replace(/\[(?:[^\]]*@[\w:./-]+[^\]]*)\]/g, " ") // citations are numbers in print
    .replace(/\[\^[^\]]*\]:?/g, " ") // so are the marks of notes
    .replace(/\]\([^)]*\)/g, "] ") // addresses of links are not words
    .replace(/[*_`#>|~[\]]/g, " ");
  return (text.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’.,\-‐–]*/gu) ?? []).length;
}

function show(source, output) {
  const number = count(source.value);
  const limit = Number(output.dataset.limit);
  const over = limit ? number - limit : 0;
  output.classList.toggle("editor__count--over", over > 0);
  if (!limit) output.textContent = words(number);
  else if (over > 0) output.textContent = `${words(number)}, ${formatted.format(over)} over the limit of ${formatted.format(limit)}`;
  else output.textContent = `${words(number)} of ${formatted.format(limit)}`;
}

for (const source of document.querySelectorAll("[data-word-count]")) {
  const output = document.getElementById(source.dataset.wordCount);
  const counted = document.querySelector("[data-count-of-preview]");
  source.addEventListener("input", () => show(source, output));
  if (counted) output.replaceChildren(counted.textContent);
  else show(source, output);
  counted?.remove();
}
