// “Comment on the marked words”: what is marked in a text goes into the form, kept in this tab as long as the form is open.
const KEY = "marked passage";
const CONTEXT = 200;
const OFFERED = 2000;
const LINGERS_MS = 700;
const INLINE = "em, strong, code, sup, sub, a";
const form = document.querySelector("[data-comment-marked]");

const stored = (act) => {
  try {
    return act(sessionStorage);
  } catch {
    return null; // A browser may refuse to keep anything: then the form opens empty.
  }
};

const wordsOf = (range) => {
  const copy = document.createElement("div");
  copy.append(range.cloneContents());
  copy.querySelectorAll("[data-comment-on]").forEach((one) => one.remove());
  copy.querySelectorAll(`:not(${INLINE})`).forEach((one) => one.append("\n"));
  return copy.textContent.replace(/\s+/g, " ").trim();
};

// The part of it that lies within one text: whoever pulls the mouse too far means the words up to the end.
const within = (range, text) => {
  const whole = document.createRange();
  whole.selectNodeContents(text);
  const part = range.cloneRange();
  if (part.compareBoundaryPoints(Range.START_TO_START, whole) < 0) part.setStart(whole.startContainer, whole.startOffset);
  if (part.compareBoundaryPoints(Range.END_TO_END, whole) > 0) part.setEnd(whole.endContainer, whole.endOffset);
  return part;
};

const marked = () => {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  for (const text of document.querySelectorAll("[data-passages]")) {
    if (!range.intersectsNode(text)) continue;
    const part = within(range, text);
    if (part.toString().trim()) return { text, part };
  }
  return null;
};

const passageOf = ({ text, part }) => {
  const before = document.createRange();
  before.setStart(text, 0);
  before.setEnd(part.startContainer, part.startOffset);
  const after = document.createRange();
  after.setStart(part.endContainer, part.endOffset);
  after.setEnd(text, text.childNodes.length);
  return { quote: wordsOf(part), prefix: wordsOf(before).slice(-CONTEXT), suffix: wordsOf(after).slice(0, CONTEXT) };
};

const ask = (found) => {
  const address = new URL(form.action);
  address.searchParams.set("text", found.text.dataset.passages);
  stored((kept) => kept.setItem(KEY, JSON.stringify({ address: address.href, ...passageOf(found) })));
  location.assign(address);
};

if (form) {
  let last = null;
  let pressed = null;
  let leaving;
  document.querySelectorAll("[data-comment-how]").forEach((one) => (one.hidden = false));
  addEventListener("pageshow", () => stored((kept) => kept.removeItem(KEY)));
  document.addEventListener("selectionchange", () => {
    const now = marked();
    clearTimeout(leaving);
    if (now) {
      last = now;
      form.hidden = false;
    } else {
      // A tap on the button takes the mark away before it presses.
      leaving = setTimeout(() => (form.hidden = !form.contains(document.activeElement)), LINGERS_MS);
    }
  });
  form.addEventListener("submit", (event) => {
    if (!last) return;
    event.preventDefault();
    ask(last);
  });
  // “Comment” below a passage means the marked words of it, where there are some: a press takes the mark away before the click is told.
  document.addEventListener("pointerdown", () => (pressed = marked()), { capture: true });
  document.addEventListener("click", (event) => {
    const below = event.target.closest?.("[data-comment-on]");
    const found = event.detail ? pressed : marked();
    if (!below || !event.target.closest("a") || !found || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!below.previousElementSibling || !found.part.intersectsNode(below.previousElementSibling)) return;
    event.preventDefault();
    ask(found);
  });
}

const quote = document.querySelector("[data-comment-quote]");
const kept = quote && !quote.value && JSON.parse(stored((one) => one.getItem(KEY)) ?? "null");
if (kept && kept.address === location.href) {
  quote.value = kept.quote;
  for (const name of ["prefix", "suffix"]) quote.form.elements[name].value = kept[name];
  quote.form.elements.offered.value = kept.quote.slice(0, OFFERED);
}
