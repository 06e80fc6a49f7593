// The editor's buttons: what each does, when it is pressed in, and how the keyboard reaches it.

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
  embed: plain("smart_display", null, (editor) => editor.isActive("embed")),
  clear: plain("format_clear", (chain) => chain.unsetAllMarks().clearNodes()),
  turn: plain("⇄", null, (editor) => Boolean(editor.getAttributes(editor.state.selection.$from.parent.type.name).dir)),
  undo: plain("undo", (chain) => chain.undo(), () => false, (editor) => editor.can().undo()),
  redo: plain("redo", (chain) => chain.redo(), () => false, (editor) => editor.can().redo()),
};

export const TOOLS = {
  story: ["paragraph heading2 heading3 heading4", "bold italic underline", "bulletList orderedList blockquote horizontalRule", "link unlink", "figure embed", "turn clear", "undo redo"],
  footer: ["bold italic", "bulletList orderedList", "link unlink", "undo redo"],
};

export function toolbar(editor, words, special, groups) {
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
  walk(bar);
  return bar;
}

// One stop of the Tab key for the whole bar; arrows walk it (WAI-ARIA toolbar pattern), mirrored in
// right-to-left.
function walk(bar) {
  const buttons = [...bar.querySelectorAll("button")];
  const roam = (to) => buttons.forEach((each) => (each.tabIndex = each === to ? 0 : -1));
  roam(buttons[0]);
  bar.addEventListener("focusin", (event) => roam(event.target));
  bar.addEventListener("keydown", (event) => {
    const forward = getComputedStyle(bar).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
    const usable = buttons.filter((each) => !each.disabled);
    const at = usable.indexOf(document.activeElement);
    const to = { [forward]: at + 1, [back]: at - 1, Home: 0, End: usable.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    usable.at(to % usable.length).focus();
  });
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
