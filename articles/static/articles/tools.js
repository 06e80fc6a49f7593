// The buttons of the editor: their icon, what they do, when they are pressed, when they can be.

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

// A block whose words run the other way than the story: a quotation of another language.
const otherWay = (editor) => (editor.options.editorProps.attributes.dir === "rtl" ? "ltr" : "rtl");

function blocks(doc, { from, to }) {
  const found = [];
  doc.nodesBetween(from, to, (node, at) => {
    if (node.isTextblock && "dir" in node.attrs) found.push([node, at]);
  });
  return found;
}

function isTurned(editor) {
  const found = blocks(editor.state.doc, editor.state.selection);
  return found.length > 0 && found.every(([node]) => node.attrs.dir === otherWay(editor));
}

function turn({ editor, tr }) {
  const dir = isTurned(editor) ? null : otherWay(editor);
  for (const [node, at] of blocks(tr.doc, tr.selection)) tr.setNodeMarkup(at, null, { ...node.attrs, dir });
  return true;
}

// Headings become paragraphs; in which direction they run is no matter of looks.
function plainBlocks({ editor, tr }) {
  const { paragraph } = editor.schema.nodes;
  for (const [{ type, attrs: { dir, lang } }, at] of blocks(tr.doc, tr.selection)) {
    if (type !== paragraph) tr.setNodeMarkup(at, paragraph, { dir, lang });
  }
  return true;
}

export const BUTTONS = {
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
  pullQuote: plain("«»", (chain) => chain.togglePullQuote(), (editor) => editor.isActive("pullQuote")),
  horizontalRule: plain("horizontal_rule", (chain) => chain.setHorizontalRule()),
  link: plain("link", null, (editor) => editor.isActive("link")),
  unlink: plain("link_off", (chain) => chain.unsetLink(), () => false, (editor) => editor.isActive("link")),
  figure: plain("image", null, (editor) => editor.isActive("figure")),
  embed: plain("ondemand_video", null, (editor) => editor.isActive("embed")),
  clear: plain("format_clear", (chain) => chain.unsetAllMarks().command(plainBlocks)),
  direction: plain("format_textdirection_l_to_r", (chain) => chain.command(turn), isTurned),
  undo: plain("undo", (chain) => chain.undo(), () => false, (editor) => editor.can().undo()),
  redo: plain("redo", (chain) => chain.redo(), () => false, (editor) => editor.can().redo()),
};

export const TOOLS = {
  story: ["paragraph heading2 heading3 heading4", "bold italic underline", "bulletList orderedList blockquote pullQuote horizontalRule", "link unlink", "figure embed", "direction clear", "undo redo"],
  footer: ["bold italic", "bulletList orderedList", "link unlink", "undo redo"],
};
