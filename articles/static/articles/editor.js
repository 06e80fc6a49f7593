// The rich-text editor of a story: django-prose-editor's parts, our toolbar, pictures and embeds.

import "./words.js";
import { Editor } from "django-prose-editor/editor";

import { embedDialog, openable, pastedAddress } from "./embed.js";
import { linkDialog } from "./link.js";
import { withoutOffice } from "./paste.js";
import { pictureDialog } from "./pictures.js";
import { BASE, STORY } from "./schema.js";
import { toolbar } from "./toolbar.js";
import { BUTTONS, TOOLS } from "./tools.js";

function start(textarea) {
  const words = JSON.parse(textarea.dataset.words);
  const { lang, dir } = textarea;
  const frame = document.createElement("div");
  frame.className = "prose-editor";
  frame.style.setProperty("--said-by", JSON.stringify(words.said_by));
  textarea.before(frame);
  frame.append(textarea);
  const label = document.querySelector(`label[for="${textarea.id}"]`);
  const isStory = textarea.dataset.editor === "story";
  const opens = (event) => event.key === "Enter" && editor.isActive("embed") && (special.embed(), true);
  let untouched = "";
  const editor = new Editor({
    element: frame,
    // Tiptap's own style would be refused by the policy; it stands in newsroom/css/prose.css.
    injectCSS: false,
    extensions: isStory ? STORY : BASE,
    content: textarea.value,
    editorProps: {
      attributes: { lang, dir, role: "textbox", "aria-multiline": "true", "aria-label": label?.textContent.trim() ?? "" },
      transformPastedHTML: (html) => withoutOffice(html, dir),
      handlePaste: (_view, event) => isStory && pastedAddress(editor, event, textarea, words),
      handleKeyDown: (_view, event) => opens(event),
    },
    onUpdate({ editor }) {
      if (!untouched || editor.getHTML() === untouched) return;
      textarea.value = editor.isEmpty ? "" : editor.getHTML();
      textarea.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  const special = {
    link: () => linkDialog(editor, words),
    embed: () => embedDialog(editor, textarea, words),
    figure: () => pictureDialog({ textarea, words, lang }).then((picture) => picture && insert(editor, picture)),
  };
  frame.prepend(toolbar(editor, words, BUTTONS, TOOLS[textarea.dataset.editor], special));
  openable(frame, editor, special.embed);
  label?.addEventListener("click", () => editor.commands.focus());
  textarea.addEventListener("newsroom:set", () => {
    editor.commands.setContent(textarea.value, { emitUpdate: false });
    untouched = editor.getHTML();
  });
  textarea.addEventListener("newsroom:insert", ({ detail }) => insertAfter(editor, detail));
  editor.view.dispatch(editor.state.tr);
  // The editor tidies what it is given: only what the writer changes is sent back.
  untouched = editor.getHTML();
}

function insert(editor, { url, alt, line }) {
  const content = [{ type: "image", attrs: { src: url, alt } }];
  content.push({ type: "caption", content: line ? [{ type: "text", text: line }] : [] });
  editor.chain().focus().insertContent({ type: "figure", content }).run();
}

// A paragraph of another language, to be translated where it stands: behind the block that says
// `after`, at the end where none does.
function insertAfter(editor, { text, after, dir, lang }) {
  const { doc } = editor.state;
  let at = doc.content.size;
  const words = (node) => node.textBetween(0, node.content.size, " ").split(/\s+/).join(" ").trim();
  doc.forEach((node, offset) => { if (after && words(node).includes(after)) at = offset + node.nodeSize; });
  const attrs = { dir, lang };
  editor.chain().insertContentAt(at, { type: "paragraph", attrs, content: [{ type: "text", text }] })
    .setTextSelection(at + 1).focus().scrollIntoView().run();
}

for (const textarea of document.querySelectorAll("textarea[data-editor]")) start(textarea);
