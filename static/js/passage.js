// “Comment on the marked words”: what is marked in the text goes into the form, kept in this tab for one page.
const KEY = "marked passage";
const CONTEXT = 200;
const form = document.querySelector("[data-comment-marked]");

const wordsOf = (range) => {
  const copy = document.createElement("div");
  copy.append(range.cloneContents());
  copy.querySelectorAll("[data-comment-on]").forEach((one) => one.remove());
  copy.querySelectorAll("p, li, h2, h3, h4, tr, blockquote").forEach((one) => one.append("\n"));
  return copy.textContent.replace(/\s+/g, " ").trim();
};

const marked = () => {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const holder = range.commonAncestorContainer;
  const text = (holder.nodeType === Node.TEXT_NODE ? holder.parentElement : holder).closest("[data-passages]");
  if (!text) return null;
  const before = document.createRange();
  before.setStart(text, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const after = document.createRange();
  after.setStart(range.endContainer, range.endOffset);
  after.setEnd(text, text.childNodes.length);
  const quote = wordsOf(range);
  return quote && { text: text.dataset.passages, quote, prefix: wordsOf(before).slice(-CONTEXT), suffix: wordsOf(after).slice(0, CONTEXT) };
};

if (form) {
  let last = null;
  document.addEventListener("selectionchange", () => {
    const now = marked();
    last = now || last;
    form.hidden = !now && !form.contains(document.activeElement);
  });
  form.addEventListener("submit", (event) => {
    if (!last) return;
    event.preventDefault();
    sessionStorage.setItem(KEY, JSON.stringify(last));
    location.assign(form.action);
  });
}

const quote = document.querySelector("[data-comment-quote]");
const kept = sessionStorage.getItem(KEY);
if (quote && kept) {
  sessionStorage.removeItem(KEY);
  const passage = JSON.parse(kept);
  if (!quote.value) {
    quote.value = passage.quote;
    for (const name of ["text", "prefix", "suffix"]) quote.form.elements[name].value = passage[name];
  }
}
