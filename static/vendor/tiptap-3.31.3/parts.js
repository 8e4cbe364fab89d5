// What the editor takes from its libraries: build.sh makes tiptap.js of it.
export { Editor, Extension, getSchema, Node } from "@tiptap/core";
export { Subscript } from "@tiptap/extension-subscript";
export { Superscript } from "@tiptap/extension-superscript";
export { Table, TableCell, TableHeader, TableRow } from "@tiptap/extension-table";
export { StarterKit } from "@tiptap/starter-kit";
export { default as MarkdownIt } from "markdown-it";
export { default as footnotes } from "markdown-it-footnote";
export { defaultMarkdownSerializer, MarkdownParser, MarkdownSerializer } from "prosemirror-markdown";
