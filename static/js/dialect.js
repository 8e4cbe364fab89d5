// The dialect of our texts between Markdown and the formatted editor. What it does not know it refuses; whether the rest comes back
// as it was, the server judges by its own converter.
import {
  defaultMarkdownSerializer, Extension, footnotes, getSchema, MarkdownIt, MarkdownParser, MarkdownSerializer,
  Node, StarterKit, Subscript, Superscript, Table, TableCell, TableHeader, TableRow,
} from "../vendor/tiptap-3.31.3/tiptap.js";

const KEY = String.raw`(?:\{[^{}\s]+\}|[\p{L}\p{N}_](?:[\p{L}\p{N}_]|[:.#$%&+?<>~/\-](?=[\p{L}\p{N}_]))*)`;
const GROUP = /\[(?:[^[\]\\]|\\.)*\](?![[(:])/uy;
const CITES = new RegExp(String.raw`(?:^|[\s;])-?@${KEY}`, "u");
const BARE = new RegExp(String.raw`@${KEY}(?: \[[^[\]]*\])?`, "uy");
const ADDRESS = /(https?:\/\/[^\s<>]+)/;
const WORD = /[\p{L}\p{N}_]/u;
const NO_BREAK = "\u00a0";
export const isSafe = (address) => /^(?:https?:\/\/|mailto:)/i.test(address);

// Nothing of these is told by HTML: what is pasted comes through the server, as Markdown.
const inner = (fallback) => ({ default: fallback, rendered: false, parseHTML: () => fallback });
const told = (name) => ({ default: "", rendered: false, parseHTML: (element) => element.getAttribute(name) ?? "" });

const Tight = Extension.create({
  name: "tight",
  addGlobalAttributes: () => [{ types: ["bulletList", "orderedList"], attributes: { tight: inner(true) } }],
});
const cell = (tag) => ({
  content: "paragraph",
  addAttributes: () => ({ colspan: inner(1), rowspan: inner(1), colwidth: inner(null), align: { ...inner(null), rendered: true, renderHTML: ({ align }) => (align ? { "data-align": align } : {}) } }),
  renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0],
});
// The site’s policy takes no style attribute, so a table has no widths of its own; and Tab never makes a row, but leaves the table.
const PlainTable = Table.extend({
  renderHTML: () => ["table", ["tbody", 0]],
  addKeyboardShortcuts() {
    return { Tab: () => this.editor.commands.goToNextCell(), "Shift-Tab": () => this.editor.commands.goToPreviousCell() };
  },
});
const Citation = Node.create({
  name: "citation", group: "inline", inline: true, atom: true,
  addAttributes: () => ({ source: told("data-citation") }),
  parseHTML: () => [{ tag: "span[data-citation]" }],
  renderHTML: ({ node }) => ["span", { class: "written__citation", "data-citation": node.attrs.source }, node.attrs.source],
  renderText: ({ node }) => node.attrs.source,
});
const NoteMark = Node.create({
  name: "noteMark", group: "inline", inline: true, atom: true,
  addAttributes: () => ({ label: told("data-note-mark") }),
  parseHTML: () => [{ tag: "sup[data-note-mark]" }],
  renderHTML: ({ node }) => ["sup", { class: "written__mark", "data-note-mark": node.attrs.label }, node.attrs.label],
  renderText: ({ node }) => `[^${node.attrs.label}]`,
});
const Note = Node.create({
  name: "note", group: "block", content: "block+", defining: true,
  addAttributes: () => ({ label: told("data-note") }),
  parseHTML: () => [{ tag: "aside[data-note]" }],
  renderHTML: ({ node }) => ["aside", { class: "written__note", "data-note": node.attrs.label, "aria-label": `Footnote ${node.attrs.label}` }, 0],
});

export const extensions = [
  StarterKit.configure({
    strike: false, underline: false, trailingNode: false, dropcursor: false,
    link: { openOnClick: false, linkOnPaste: true, protocols: ["http", "https", "mailto"], isAllowedUri: isSafe, HTMLAttributes: { target: null, rel: null } },
  }),
  Tight, PlainTable, TableRow.extend({ renderHTML: () => ["tr", 0] }), TableHeader.extend(cell("th")), TableCell.extend(cell("td")),
  Superscript, Subscript, Citation, NoteMark, Note,
];

const schema = getSchema(extensions);

// Reading

function citation(state, silent) {
  const { src, pos } = state;
  const isGroup = src[pos] === "[";
  if (!isGroup && (src[pos] !== "@" || (pos > 0 && WORD.test(src[pos - 1])))) return false;
  const pattern = isGroup ? GROUP : BARE;
  pattern.lastIndex = pos;
  const found = pattern.exec(src)?.[0];
  if (!found || pos + found.length > state.posMax || (isGroup && !CITES.test(found.slice(1, -1)))) return false;
  if (!silent) state.push("citation", "", 0).content = found;
  state.pos += found.length;
  return true;
}

const raised = (name, mark) => (state, silent) => {
  const { pos, posMax } = state;
  if (state.src[pos] !== mark) return false;
  const found = state.src.slice(pos, posMax).match(mark === "^" ? /^\^((?:[^\s^\\]|\\.)+)\^/ : /^~((?:[^\s~\\]|\\.)+)~/)?.[0];
  if (!found) return false;
  if (!silent) {
    state.push(`${name}_open`, "", 1);
    state.pos = pos + 1;
    state.posMax = pos + found.length - 1;
    state.md.inline.tokenize(state);
    state.posMax = posMax;
    state.push(`${name}_close`, "", -1);
  }
  state.pos = pos + found.length;
  return true;
};

function noBreak(state, silent) {
  if (state.src[state.pos] !== "\\" || state.src[state.pos + 1] !== " ") return false;
  if (!silent) state.pending += NO_BREAK;
  state.pos += 2;
  return true;
}

function paragraphsInCells(state) {
  state.tokens = state.tokens.flatMap((token) => {
    const made = (type, nesting) => new state.Token(type, "p", nesting);
    if (/^t[hd]_open$/.test(token.type)) return [token, made("paragraph_open", 1)];
    if (/^t[hd]_close$/.test(token.type)) return [made("paragraph_close", -1), token];
    return [token];
  });
}

const markdown = new MarkdownIt("commonmark", { html: false, linkify: true }).use(footnotes).enable(["table", "linkify"]);
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false }).add("ftp:", null).add("//", null).add("mailto:", null);
markdown.validateLink = () => true; // a link that may lead nowhere is drawn as one that leads nowhere, and stays as it was typed
markdown.core.ruler.disable("footnote_tail");
markdown.inline.ruler.disable("footnote_inline");
markdown.inline.ruler.before("escape", "no_break", noBreak);
markdown.inline.ruler.before("link", "citation", citation);
markdown.inline.ruler.before("emphasis", "superscript", raised("superscript", "^"));
markdown.inline.ruler.before("emphasis", "subscript", raised("subscript", "~"));
markdown.core.ruler.push("paragraphs_in_cells", paragraphsInCells);

const isTight = (tokens, index) => {
  const item = tokens.slice(index + 1).find((token) => token.type === "paragraph_open" || token.type.endsWith("_list_close"));
  return item?.type === "paragraph_open" ? item.hidden : true;
};
const aligned = (token) => ({ align: token.attrGet("style")?.replace("text-align:", "") ?? null });
function refuse(what) {
  throw new Error(what);
}

const reader = new MarkdownParser(schema, markdown, {
  blockquote: { block: "blockquote" },
  paragraph: { block: "paragraph" },
  list_item: { block: "listItem" },
  bullet_list: { block: "bulletList", getAttrs: (_token, tokens, index) => ({ tight: isTight(tokens, index) }) },
  ordered_list: { block: "orderedList", getAttrs: (token, tokens, index) => ({ start: Number(token.attrGet("start") ?? 1), tight: isTight(tokens, index) }) },
  heading: { block: "heading", getAttrs: (token) => ({ level: Number(token.tag.slice(1)) }) },
  code_block: { block: "codeBlock", noCloseToken: true },
  fence: { block: "codeBlock", noCloseToken: true, getAttrs: (token) => (token.info ? refuse("code of a language") : {}) },
  hr: { node: "horizontalRule" },
  hardbreak: { node: "hardBreak" },
  em: { mark: "italic" },
  strong: { mark: "bold" },
  link: { mark: "link", getAttrs: (token) => ({ href: token.attrGet("href"), title: token.attrGet("title") || null }) },
  code_inline: { mark: "code", noCloseToken: true },
  superscript: { mark: "superscript" },
  subscript: { mark: "subscript" },
  citation: { node: "citation", getAttrs: (token) => ({ source: token.content }) },
  footnote_ref: { node: "noteMark", getAttrs: (token) => ({ label: token.meta.label }) },
  footnote_reference: { block: "note", getAttrs: (token) => ({ label: token.meta.label }) },
  table: { block: "table" },
  thead: { ignore: true },
  tbody: { ignore: true },
  tr: { block: "tableRow" },
  th: { block: "tableHeader", getAttrs: aligned },
  td: { block: "tableCell", getAttrs: aligned },
});

// Throws for what the editor has no form for.
export function parse(text) {
  const doc = reader.parse(text);
  doc.check();
  return doc;
}

// Writing: all that the converter would read as a sign is escaped, and nothing else.

function escaped(text, isAtStart, isInTable) {
  let found = text.split(ADDRESS).map((part, index) => (index % 2 ? part : signs(part))).join("");
  if (isInTable) found = found.replace(/\|/g, "\\|");
  if (!isAtStart) return found;
  return found.replace(/^ +/, "").replace(/^(?:[-+=](?=[\s\-=]|$)|>|#{1,6}(?=\s|$))/, "\\$&").replace(/^(\d{1,9})([.)])(?=\s|$)/, "$1\\$2");
}

function signs(text) {
  return text
    .replace(/[\\`*~^[\]]/g, "\\$&")
    .replace(/_/g, (sign, at) => (WORD.test(text[at - 1] ?? " ") && WORD.test(text[at + 1] ?? " ") ? sign : "\\_"))
    .replace(/(^|[^\p{L}\p{N}_])@(?=[\p{L}\p{N}_{])/gu, "$1\\@")
    .replace(/<(?=[a-z/!?])/gi, "\\<")
    .replace(/&(?=#?\w+;)/g, "\\&");
}

function writer(isInTable = false) {
  const kept = defaultMarkdownSerializer;
  const { blockquote, paragraph, heading } = kept.nodes;
  const nodes = {
    blockquote, paragraph, heading,
    bulletList: (state, node) => state.renderList(node, "  ", () => "- "),
    orderedList(state, node) {
      const last = String(node.attrs.start + node.childCount - 1).length;
      state.renderList(node, " ".repeat(last + 2), (index) => `${String(node.attrs.start + index).padStart(last)}. `);
    },
    listItem: kept.nodes.list_item,
    codeBlock: kept.nodes.code_block,
    horizontalRule: kept.nodes.horizontal_rule,
    text(state, node) {
      const isRaised = node.marks.some((mark) => /script$/.test(mark.type.name));
      const text = isRaised ? node.text.replace(/\s/g, NO_BREAK) : node.text;
      state.text(state.inAutolink ? text : escaped(text, state.atBlockStart, isInTable), false);
    },
    hardBreak(state, _node, parent, index) {
      if (index === parent.childCount - 1) return;
      state.write(isInTable ? " " : "\\\n");
      state.atBlockStart = true;
    },
    citation: (state, node) => state.write(node.attrs.source),
    noteMark: (state, node) => state.write(`[^${node.attrs.label}]`),
    note: (state, node) => state.wrapBlock("    ", `[^${node.attrs.label}]: `, node, () => state.renderContent(node)),
    table: writeTable,
  };
  const marks = {
    bold: kept.marks.strong, italic: kept.marks.em, link: kept.marks.link, code: kept.marks.code,
    superscript: { open: "^", close: "^", expelEnclosingWhitespace: true },
    subscript: { open: "~", close: "~", expelEnclosingWhitespace: true },
  };
  return new MarkdownSerializer(nodes, marks, { hardBreakNodeName: "hardBreak" });
}

function writeTable(state, table) {
  const cells = writer(true);
  const rows = table.content.content.map((row) => row.content.content.map((one) => cells.serialize(one).replace(/\n+/g, " ")));
  const rules = { left: ":---", center: ":-:", right: "---:" };
  const head = table.firstChild.content.content.map((one) => rules[one.attrs.align] ?? "---");
  for (const row of [rows[0], head, ...rows.slice(1)]) {
    state.write(`| ${row.join(" | ")} |`);
    state.ensureNewLine();
  }
  state.closeBlock(table);
}

export const write = (doc) => {
  const text = writer().serialize(doc).trimEnd();
  return text ? `${text}\n` : "";
};
