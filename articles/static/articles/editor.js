// The rich-text editor of a story: django-prose-editor's parts, our toolbar, our pictures.

import "./words.js";
import {
  Blockquote, Bold, BulletList, Caption, Code, CodeBlock, Document, Dropcursor, Editor, Extension,
  Figure, Gapcursor, HardBreak, Heading, History, HorizontalRule, Image, Italic, Link, ListItem,
  OrderedList, Paragraph, Strike, Subscript, Superscript, Table, TableCell, TableHeader, TableRow,
  Text, TrailingNode, Underline,
} from "django-prose-editor/editor";

import { pictureDialog } from "./pictures.js";
import { linkDialog } from "./link.js";

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
  TableHeader, TableCell, TrailingNode];

const plain = (icon, run, isActive = () => false, can = () => true) => ({ icon, run, isActive, can });
const mark = (name, icon) => plain(
  icon,
  (chain) => chain.toggleMark(name),
  (editor) => editor.isActive(name),
);
const heading = (level) => plain(
  `H${level}`,
  (chain) => chain.toggleHeading({ level }),
  (editor) => editor.isActive("heading", { level }),
);

const BUTTONS = {
  paragraph: plain("¶", (chain) => chain.setParagraph(), (editor) => editor.isActive("paragraph")),
  heading2: heading(2),
  heading3: heading(3),
  heading4: heading(4),
  bold: mark("bold", "format_bold"),
  italic: mark("italic", "format_italic"),
  underline: mark("underline", "format_underline"),
  bulletList: plain("format_list_bulleted", (chain) => chain.toggleBulletList(), (editor) => editor.isActive("bulletList")),
  orderedList: plain("format_list_numbered", (chain) => chain.toggleOrderedList(), (editor) => editor.isActive("orderedList")),
  blockquote: plain("format_quote", (chain) => chain.toggleBlockquote(), (editor) => editor.isActive("blockquote")),
  horizontalRule: plain("horizontal_rule", (chain) => chain.setHorizontalRule()),
  link: plain("link", null, (editor) => editor.isActive("link")),
  unlink: plain("link_off", (chain) => chain.unsetLink(), () => false, (editor) => editor.isActive("link")),
  figure: plain("image", null, (editor) => editor.isActive("figure")),
  undo: plain("undo", (chain) => chain.undo(), () => false, (editor) => editor.can().undo()),
  redo: plain("redo", (chain) => chain.redo(), () => false, (editor) => editor.can().redo()),
};

const TOOLS = {
  story: ["paragraph heading2 heading3 heading4", "bold italic underline", "bulletList orderedList blockquote horizontalRule", "link unlink", "figure", "undo redo"],
  footer: ["bold italic", "bulletList orderedList", "link unlink", "undo redo"],
};

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
    },
    onUpdate({ editor }) {
      if (!untouched || editor.getHTML() === untouched) return;
      textarea.value = editor.isEmpty ? "" : editor.getHTML();
      textarea.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  const special = {
    link: () => linkDialog(editor, words),
    figure: () => pictureDialog({ textarea, words, lang }).then((picture) => picture && insert(editor, picture)),
  };
  frame.prepend(toolbar(editor, words, special, TOOLS[textarea.dataset.editor]));
  label?.addEventListener("click", () => editor.commands.focus());
  textarea.addEventListener("newsroom:set", () => editor.commands.setContent(textarea.value, { emitUpdate: false }));
  editor.view.dispatch(editor.state.tr);
  // The editor tidies what it is given: only what the writer changes is sent back.
  untouched = editor.getHTML();
}

function insert(editor, { url, alt, caption }) {
  const content = [{ type: "image", attrs: { src: url, alt } }];
  content.push({ type: "caption", content: caption ? [{ type: "text", text: caption }] : [] });
  editor.chain().focus().insertContent({ type: "figure", content }).run();
}

// Word and its kin paste style sheets and empty paragraphs along with the words; styles and
// pictures from elsewhere would only be refused by the policy, and later by the server. Its
// paragraphs name their own direction: only one that is not the story's says something.
function withoutOffice(html, dir) {
  const isWord = /\bmso-|\bMso/.test(html);
  return withLists(isWord ? html.replace(/\slang=["']?[\w-]+["']?/gi, "") : html)
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<(style|script|xml|o:\w+)\b[\s\S]*?<\/\1>/gi, "")
    .replace(/<\/?o:p[^>]*>/gi, "")
    .replace(/\s(?:style|class)=(?:"[^"]*"|'[^']*'|[^\s>]+)/gi, "")
    .replace(new RegExp(`\\sdir=["']?${dir}["']?(?=[\\s>])`, "gi"), "")
    .replace(/<img(?![^>]*\ssrc=["']?\/media\/)[^>]*>/gi, "")
    .replace(/<(\/?)h1\b/gi, "<$1h2")
    .replace(/<(\/?)h[56]\b/gi, "<$1h4")
    .replace(/<p[^>]*>(?:\s|&nbsp;|<span[^>]*>|<\/span>|<br>)*<\/p>/gi, "");
}

// Word writes a list as paragraphs that begin with a drawn bullet or number.
const WORD_ITEM = /<p\b[^>]*mso-list:[^>]*>([\s\S]*?)<\/p>/gi;
const WORD_MARK = /<!--\[if !supportLists\]-->([\s\S]*?)<!--\[endif\]-->/i;
const WORD_LIST = /<li data-(ul|ol)>[\s\S]*?<\/li>(?:\s*<li data-\1>[\s\S]*?<\/li>)*/g;

function withLists(html) {
  const items = html.replace(WORD_ITEM, (whole, text) => {
    const drawn = (text.match(WORD_MARK)?.[1] ?? "").replace(/<[^>]*>|&nbsp;|\s/g, "");
    const kind = /^\(?[\d٠-٩]+[.)-]/.test(drawn) ? "ol" : "ul";
    return `<li data-${kind}>${text.replace(WORD_MARK, "")}</li>`;
  });
  return items.replace(WORD_LIST, (list, kind) => `<${kind}>${list.replaceAll(`<li data-${kind}>`, "<li>")}</${kind}>`);
}

function toolbar(editor, words, special, groups) {
  const bar = document.createElement("div");
  bar.className = "editor-bar";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", words.toolbar);
  for (const names of groups) {
    const group = document.createElement("div");
    group.className = "editor-group";
    for (const name of names.split(" ")) group.append(button(editor, name, words[name], special[name]));
    bar.append(group);
  }
  return bar;
}

function button(editor, name, title, open) {
  const { icon, run, isActive, can } = BUTTONS[name];
  const made = document.createElement("button");
  made.type = "button";
  made.className = /^[a-z]/.test(icon) ? "editor-button material-icons" : "editor-button";
  made.textContent = icon;
  made.title = title;
  made.dataset.name = name;
  made.setAttribute("aria-label", title);
  made.addEventListener("click", () => (open ? open() : run(editor.chain().focus()).run()));
  editor.on("transaction", () => {
    made.setAttribute("aria-pressed", String(isActive(editor)));
    made.disabled = !can(editor);
  });
  return made;
}

for (const textarea of document.querySelectorAll("textarea[data-editor]")) start(textarea);
