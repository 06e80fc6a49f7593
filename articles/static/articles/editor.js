// The rich-text editor of a story: django-prose-editor's parts, our toolbar, our pictures.

import "./words.js";
import {
  Blockquote, Bold, BulletList, Caption, Code, CodeBlock, Document, Dropcursor, Editor, Extension,
  Figure, Gapcursor, HardBreak, Heading, History, HorizontalRule, Image, Italic, Link, ListItem,
  OrderedList, Paragraph, Strike, Subscript, Superscript, Table, TableCell, TableHeader, TableRow,
  Text, TrailingNode, Underline,
} from "django-prose-editor/editor";

import { Embed, embedDialog, pasted } from "./embed.js";
import { linkDialog } from "./link.js";
import { withoutOffice } from "./paste.js";
import { pictureDialog } from "./pictures.js";
import { TOOLS, toolbar } from "./toolbar.js";

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

const BASE = [Document, Paragraph, Text, HardBreak, Bold, Italic, BulletList, OrderedList,
  ListItem, Blockquote, History, Languages, Gapcursor, Dropcursor,
  Link.configure({ enableTarget: false, openOnClick: false, defaultProtocol: "https" })];

// What the cleaner on the server keeps, the editor must know, or it would lose it unseen.
const STORY = [...BASE, Heading.configure({ levels: [2, 3, 4] }), Underline, Strike, Subscript,
  Superscript, Code, CodeBlock, HorizontalRule, Figure, Caption, Image, Table, TableRow,
  TableHeader, TableCell, TrailingNode, Embed];

function start(textarea) {
  const words = JSON.parse(textarea.dataset.words);
  const { lang, dir } = textarea;
  const frame = document.createElement("div");
  frame.className = "prose-editor";
  textarea.before(frame);
  frame.append(textarea);
  const label = document.querySelector(`label[for="${textarea.id}"]`);
  let untouched = "";
  const editor = new Editor({
    element: frame,
    // Tiptap's own style would be refused by the policy; it stands in newsroom/css/prose.css.
    injectCSS: false,
    extensions: textarea.dataset.editor === "story" ? STORY : BASE,
    content: textarea.value,
    editorProps: {
      attributes: { lang, dir, role: "textbox", "aria-multiline": "true", "aria-label": label?.textContent.trim() ?? "" },
      transformPastedHTML: (html) => withoutOffice(html, dir),
      handlePaste: (view, event) => textarea.dataset.editor === "story"
        && pasted(view, event, (attrs) => editor.commands.insertContent({ type: "embed", attrs })),
    },
    onUpdate({ editor }) {
      if (!untouched || editor.getHTML() === untouched) return;
      textarea.value = editor.isEmpty ? "" : editor.getHTML();
      textarea.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  const special = {
    link: () => linkDialog(editor, words),
    embed: () => embedDialog(editor, words),
    turn: () => turn(editor, dir),
    figure: () => pictureDialog({ textarea, words, lang }).then((picture) => picture && insert(editor, picture)),
  };
  frame.prepend(toolbar(editor, words, special, TOOLS[textarea.dataset.editor]));
  frame.addEventListener("keydown", (event) => {
    if (event.altKey && event.key === "F10") frame.querySelector(".editor-bar [tabindex='0']").focus();
  });
  label?.addEventListener("click", () => editor.commands.focus());
  textarea.addEventListener("newsroom:set", () => editor.commands.setContent(textarea.value, { emitUpdate: false }));
  editor.view.dispatch(editor.state.tr);
  // The editor tidies what it is given: only what the writer changes is sent back.
  untouched = editor.getHTML();
}

// A block in the other script stands in the other direction; pressed again it follows the story.
function turn(editor, dir) {
  const { name } = editor.state.selection.$from.parent.type;
  const other = dir === "rtl" ? "ltr" : "rtl";
  const turned = editor.getAttributes(name).dir === other ? null : other;
  editor.chain().focus().updateAttributes(name, { dir: turned }).run();
}

function insert(editor, { url, alt, caption }) {
  const content = [{ type: "image", attrs: { src: url, alt } }];
  content.push({ type: "caption", content: caption ? [{ type: "text", text: caption }] : [] });
  editor.chain().focus().insertContent({ type: "figure", content }).run();
}

for (const textarea of document.querySelectorAll("textarea[data-editor]")) start(textarea);
