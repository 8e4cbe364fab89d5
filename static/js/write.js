// The formatted editor over the plain field, which stays what is saved: each change is written into it as Markdown. A text that would
// not come back as it was stays in the plain field, and the page says so.
import { Editor } from "../vendor/tiptap-3.31.3/tiptap.js";
import { extensions, isSafe, parse, write } from "./dialect.js";

const KEY = "undersigned writing";
const OTHERWISE = "This text has something that the formatted editor would change. It stays in Markdown, so that nothing is lost.";
const UNKNOWN = "The formatted editor cannot be opened just now: there is no connection. Write in Markdown meanwhile.";

function make(name, facts = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(facts)) key in made ? (made[key] = value) : made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

const button = (words, press, kind = "quiet") => {
  const made = make("button", { type: "button", className: `button button--${kind} button--compact` }, words);
  made.addEventListener("click", press);
  return made;
};

const remembered = () => {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
};
const remember = (mode) => {
  try {
    localStorage.setItem(KEY, mode);
  } catch {
    // It is remembered as long as the page is open.
  }
};

function ask(source, address, fields) {
  const body = new FormData(source.form);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return fetch(address, { method: "POST", body, redirect: "manual" });
}

// Whether nothing of the text would be lost: by the server’s own converter, unless it comes back letter for letter.
async function survives(source, address, doc) {
  const other = write(doc);
  if (other.trim() === source.value.replace(/\r\n?/g, "\n").trim()) return true;
  const answer = await ask(source, address, { other });
  if (!answer.ok) throw new Error("not compared");
  return (await answer.json()).same;
}

function freshLabel(doc) {
  const used = new Set();
  doc.descendants((node) => void (node.attrs.label && used.add(node.attrs.label)));
  let number = 1;
  while (used.has(String(number))) number += 1;
  return String(number);
}

function addNote(editor) {
  const label = freshLabel(editor.state.doc);
  const note = { type: "note", attrs: { label }, content: [{ type: "paragraph" }] };
  editor.chain().focus().insertContent({ type: "noteMark", attrs: { label } }).command(({ tr }) => Boolean(tr.insert(tr.doc.content.size, editor.schema.nodeFromJSON(note)))).run();
  let place = 0;
  editor.state.doc.descendants((node, at) => void (node.type.name === "note" && node.attrs.label === label && (place = at + 2)));
  editor.view.focus();
  editor.chain().setTextSelection(place).scrollIntoView().run();
}

const ACTS = [
  ["Heading", (chain) => chain.toggleHeading({ level: 1 }), (editor) => editor.isActive("heading", { level: 1 })],
  ["Subheading", (chain) => chain.toggleHeading({ level: 2 }), (editor) => editor.isActive("heading", { level: 2 })],
  ["Bold", (chain) => chain.toggleBold(), (editor) => editor.isActive("bold"), "Control+B"],
  ["Italic", (chain) => chain.toggleItalic(), (editor) => editor.isActive("italic"), "Control+I"],
  ["List", (chain) => chain.toggleBulletList(), (editor) => editor.isActive("bulletList"), "Control+Shift+8"],
  ["Numbered list", (chain) => chain.toggleOrderedList(), (editor) => editor.isActive("orderedList"), "Control+Shift+7"],
  ["Quotation", (chain) => chain.toggleBlockquote(), (editor) => editor.isActive("blockquote"), "Control+Shift+B"],
  ["Table", (chain) => chain.insertTable({ rows: 3, cols: 2, withHeaderRow: true })],
  ["Undo", (chain) => chain.undo(), null, "Control+Z"],
  ["Redo", (chain) => chain.redo(), null, "Control+Y"],
];
const TABLE_ACTS = [
  ["Row below", (chain) => chain.addRowAfter()],
  ["Column after", (chain) => chain.addColumnAfter()],
  ["Remove row", (chain) => chain.deleteRow()],
  ["Remove column", (chain) => chain.deleteColumn()],
  ["Remove table", (chain) => chain.deleteTable()],
];

// One stop of the Tab key; arrow keys go on from there (the toolbar pattern of the ARIA Authoring Practices Guide).
function roving(bar) {
  const stops = () => [...bar.querySelectorAll("button")].filter((one) => !one.closest("[hidden]"));
  const hold = (chosen) => bar.querySelectorAll("button").forEach((one) => (one.tabIndex = one === chosen ? 0 : -1));
  hold(stops()[0]);
  bar.addEventListener("focusin", (event) => event.target.matches("button") && hold(event.target));
  bar.addEventListener("keydown", (event) => {
    const all = stops();
    const at = all.indexOf(document.activeElement);
    const to = { ArrowRight: (at + 1) % all.length, ArrowLeft: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    all[to].focus();
  });
}

function linkPanel(editor, shut) {
  const address = make("input", { type: "url", id: "write-link", value: editor.getAttributes("link").href ?? "", className: "search__input" });
  const problem = make("p", { className: "field__error", role: "status" });
  const set = () => {
    const typed = address.value.trim();
    if (!typed) editor.chain().focus().extendMarkRange("link").unsetLink().run();
    else if (!isSafe(typed)) return (problem.textContent = "A link begins with https:// or mailto:.");
    else if (editor.state.selection.empty && !editor.isActive("link")) editor.chain().focus().insertContent({ type: "text", text: typed, marks: [{ type: "link", attrs: { href: typed } }] }).run();
    else editor.chain().focus().extendMarkRange("link").setLink({ href: typed }).run();
    shut();
  };
  address.addEventListener("keydown", (event) => event.key === "Enter" && (event.preventDefault(), set()));
  return [make("label", { htmlFor: "write-link" }, "Address of the link; empty takes the link away"), address, button("Set the link", set, "secondary"), problem];
}

function citationPanel(editor, shut, known) {
  const search = make("input", { type: "search", id: "write-citation", className: "search__input", autocomplete: "off" });
  const count = make("p", { className: "quiet", role: "status" });
  const list = make("ul", { className: "plain written__references" });
  const cite = (key) => {
    editor.chain().focus().insertContent({ type: "citation", attrs: { source: `[@${key}]` } }).run();
    shut();
  };
  const show = () => {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = known.filter((one) => wanted.every((word) => `${one.key} ${one.words}`.toLowerCase().includes(word)));
    list.replaceChildren(...found.map((one) => make("li", {}, button(`${one.words} (${one.key})`, () => cite(one.key)))));
    count.textContent = known.length ? `${found.length} of ${known.length} references` : "This letter has no references yet: add them on the page “References”.";
  };
  search.addEventListener("input", show);
  search.addEventListener("keydown", (event) => event.key === "Enter" && (event.preventDefault(), list.querySelector("button")?.click()));
  show();
  return [make("label", { htmlFor: "write-citation" }, "Find a reference by author, title, year or key"), search, count, list];
}

function toolbar(editor, surface, known) {
  const bar = make("div", { role: "toolbar", className: "written__bar" });
  bar.setAttribute("aria-label", "Formatting");
  bar.setAttribute("aria-controls", surface.id);
  const panel = make("div", { className: "written__panel", hidden: true });
  let opener = null;
  const shut = () => {
    panel.hidden = true;
    opener?.setAttribute("aria-expanded", "false");
  };
  const opens = (words, parts, keys) => {
    const made = button(words, () => {
      if (!panel.hidden && opener === made) return shut();
      shut();
      opener = made;
      panel.replaceChildren(...parts());
      panel.hidden = false;
      made.setAttribute("aria-expanded", "true");
      panel.querySelector("input").focus();
    });
    made.setAttribute("aria-expanded", "false");
    made.setAttribute("aria-keyshortcuts", keys);
    return made;
  };
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    shut();
    opener.focus();
  });
  const told = [];
  const act = ([words, run, isOn, keys]) => {
    const made = button(words, () => run(editor.chain().focus()).run());
    if (keys) made.setAttribute("aria-keyshortcuts", keys);
    if (isOn) told.push(() => made.setAttribute("aria-pressed", String(isOn(editor))));
    return made;
  };
  const link = opens("Link", () => linkPanel(editor, shut), "Control+K");
  const citation = opens("Citation", () => citationPanel(editor, shut, known), "Control+Alt+R");
  const note = button("Footnote", () => addNote(editor));
  note.setAttribute("aria-keyshortcuts", "Control+Alt+F");
  const ofTable = make("span", { className: "written__group", hidden: true }, ...TABLE_ACTS.map(act));
  told.push(() => (ofTable.hidden = !editor.isActive("table")));
  bar.append(...ACTS.slice(0, 7).map(act), link, citation, note, ...ACTS.slice(7).map(act), ofTable);
  roving(bar);
  surface.addEventListener("keydown", (event) => {
    const held = event.ctrlKey || event.metaKey;
    const pressed = held && !event.altKey && event.key === "k" ? link : held && event.altKey && event.code === "KeyR" ? citation : held && event.altKey && event.code === "KeyF" ? note : event.altKey && event.key === "F10" ? bar.querySelector("[tabindex='0']") : null;
    if (!pressed) return;
    event.preventDefault();
    event.key === "F10" ? pressed.focus() : pressed.click();
  });
  const tell = () => told.forEach((one) => one());
  editor.on("transaction", tell);
  tell();
  return [bar, panel];
}

function paster(source, box, insert) {
  return (event) => {
    const given = event.clipboardData ?? event.dataTransfer;
    const html = given?.getData("text/html");
    if (!html || html.includes("data-pm-slice")) return false;
    const plain = given.getData("text/plain");
    event.preventDefault();
    ask(source, box.dataset.writePaste, { html, body: "" })
      .then(async (answer) => {
        const said = answer.status === 200 || answer.status === 422 ? await answer.json() : {};
        if (said.problem) return box.dispatchEvent(new CustomEvent("said", { detail: said.problem }));
        insert(said.text ?? plain);
      })
      .catch(() => insert(plain));
    return true;
  };
}

function begin(box) {
  const source = box.querySelector("textarea");
  const known = [...document.querySelectorAll("[data-write-references] li")].map((one) => ({ key: one.dataset.key, words: one.textContent }));
  const line = make("p", { className: "written__mode" });
  const said = make("p", { className: "written__said", role: "status" });
  const surface = make("div", { id: `${source.id}-written`, className: "written" });
  const title = box.querySelector("label");
  let editor = null;
  let tools = [];
  let isWriting = false;

  const toFormatted = button("Write with formatting", () => open(true));
  const toPlain = button("Write in Markdown", () => close(true));
  line.append(toFormatted, toPlain);
  title.after(line, said);
  source.before(surface);
  box.addEventListener("said", (event) => (said.textContent = event.detail));

  function show(isFormatted) {
    for (const one of [surface, toPlain, ...tools]) one.hidden = !isFormatted;
    for (const one of [source, toFormatted, title]) one.hidden = isFormatted;
    if (isFormatted && tools[1]) tools[1].hidden = true;
    box.querySelector(".field__hint")?.toggleAttribute("hidden", isFormatted);
  }

  async function open(byPress) {
    said.textContent = "";
    let doc;
    try {
      const text = source.value;
      doc = parse(text);
      if (!(await survives(source, box.dataset.writeCompare, doc))) throw new RangeError("changed");
      if (source.value !== text) return open(byPress);
    } catch (error) {
      said.textContent = error instanceof TypeError || error.message === "not compared" ? UNKNOWN : OTHERWISE;
      show(false);
      return;
    }
    editor?.destroy();
    tools.forEach((one) => one.remove());
    surface.replaceChildren();
    editor = new Editor({
      element: surface,
      extensions,
      injectCSS: false,
      content: doc.toJSON(),
      editorProps: {
        attributes: { role: "textbox", "aria-multiline": "true", "aria-label": `${title.textContent}, with formatting`, class: "written__text letter-text" },
        // Before the editor looks at it: it would try styles and handlers of the page that was copied, which the policy refuses loudly.
        handleDOMEvents: { paste: (_view, event) => take(event), drop: (_view, event) => take(event) },
      },
      onUpdate: () => {
        isWriting = true;
        source.value = write(editor.state.doc);
        source.dispatchEvent(new Event("input", { bubbles: true }));
        isWriting = false;
      },
    });
    tools = toolbar(editor, surface, known);
    surface.before(...tools);
    show(true);
    if (!byPress) return;
    remember("formatted");
    editor.view.focus(); // at once: the command waits for a frame, and would then put the caret back
  }

  function close(byPress) {
    show(false);
    if (!byPress) return;
    remember("plain");
    source.focus();
  }

  const sliceOf = (text) => {
    try {
      const blocks = parse(text).toJSON().content ?? [];
      // A single paragraph goes into the line where the caret stands.
      return blocks.length === 1 && blocks[0].type === "paragraph" ? (blocks[0].content ?? []) : blocks;
    } catch {
      return [{ type: "paragraph", content: [{ type: "text", text }] }];
    }
  };
  const take = paster(source, box, (text) => editor.commands.insertContent(sliceOf(text)));
  const pastePlain = paster(source, box, (text) => {
    source.setRangeText(text.trimEnd(), source.selectionStart, source.selectionEnd, "end");
    source.dispatchEvent(new Event("input", { bubbles: true }));
  });
  source.addEventListener("paste", pastePlain);
  source.addEventListener("input", () => isWriting || (said.textContent = ""));
  source.addEventListener("replaced", () => !surface.hidden && open(false));
  show(false);
  if (remembered() !== "plain") open(false);
}

document.querySelectorAll("[data-write-compare]").forEach(begin);
