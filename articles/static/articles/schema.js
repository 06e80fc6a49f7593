// What a text may hold: django-prose-editor's parts, and ours.

import {
  Blockquote, Bold, BulletList, Caption, Code, CodeBlock, Document, Dropcursor, Extension,
  Figure, Gapcursor, HardBreak, Heading, History, HorizontalRule, Image, Italic, Link, ListItem,
  OrderedList, Paragraph, Strike, Subscript, Superscript, Table, TableCell, TableHeader, TableRow,
  Text, TrailingNode, Underline,
} from "django-prose-editor/editor";

import { Embed } from "./embed.js";
import { PullQuote, PullText } from "./pull-quote.js";

const attribute = (name) => ({
  default: null,
  parseHTML: (element) => element.getAttribute(name),
  renderHTML: (attributes) => (attributes[name] ? { [name]: attributes[name] } : {}),
});

// A quotation in another script keeps its own language and direction.
const Languages = Extension.create({
  name: "languages",
  addGlobalAttributes: () => [{
    types: ["paragraph", "heading", "blockquote", "bulletList", "orderedList", "listItem"],
    attributes: { dir: attribute("dir"), lang: attribute("lang") },
  }],
});

export const BASE = [Document, Paragraph, Text, HardBreak, Bold, Italic, BulletList, OrderedList,
  ListItem, Blockquote, History, Languages, Gapcursor, Dropcursor,
  Link.configure({ enableTarget: false, openOnClick: false, defaultProtocol: "https" })];

// What the cleaner on the server keeps, the editor must know, or it would lose it unseen.
export const STORY = [...BASE, Heading.configure({ levels: [2, 3, 4] }), Underline, Strike, Subscript,
  Superscript, Code, CodeBlock, HorizontalRule, Embed, PullQuote, PullText, Figure, Caption, Image,
  Table, TableRow, TableHeader, TableCell, TrailingNode];
