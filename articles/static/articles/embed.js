// An embed in the text: an address of another site, shown as a block with its caption.

import { Node } from "django-prose-editor/editor";

import { element, field, openDialog } from "./dialog.js";

const text = (element, selector) => element.querySelector(selector)?.textContent.trim() ?? "";

export const Embed = Node.create({
  name: "embed",
  group: "block",
  atom: true,
  selectable: true,
  draggable: true,
  addAttributes: () => ({
    provider: { default: "", parseHTML: (figure) => figure.dataset.embed, rendered: false },
    url: { default: "", parseHTML: (figure) => figure.querySelector("a[href]")?.getAttribute("href"), rendered: false },
    caption: { default: "", parseHTML: (figure) => text(figure, "figcaption"), rendered: false },
  }),
  parseHTML: () => [{ tag: "figure[data-embed]:has(a[href])", priority: 100 }],
  renderHTML({ node: { attrs: { provider, url, caption } } }) {
    const under = caption ? [["figcaption", {}, caption]] : [];
    return ["figure", { "data-embed": provider }, ["a", { href: url }, url], ...under];
  },
});

// Asks the server whose address it is: the rules stand there, and only there.
async function recognise(address, textarea, words) {
  try {
    const answer = await fetch(`${textarea.dataset.embeds}?${new URLSearchParams({ url: address })}`, { headers: { Accept: "application/json" } });
    if (answer.redirected || answer.status === 403) return { error: words.refused };
    return await answer.json();
  } catch {
    return { error: words.failed };
  }
}

export async function embedDialog(editor, textarea, words) {
  const before = editor.isActive("embed") ? editor.getAttributes("embed") : { url: "", caption: "" };
  const found = await openDialog(words.embed, words, (close) => [form(before, textarea, words, close)]);
  if (!found) return editor.commands.focus();
  return put(editor, (chain) => chain.focus().insertContent({ type: "embed", attrs: found }));
}

// A step of its own for “undo”, however quickly others follow (prosemirror-history's `closeHistory`).
function put(editor, run) {
  const seal = () => editor.view.dispatch(editor.state.tr.setMeta("closeHistory$", true));
  seal();
  run(editor.chain()).run();
  seal();
}

function form(before, textarea, words, close) {
  const address = element("input", { type: "text", name: "address", dir: "ltr", inputmode: "url", value: before.url, required: true, autofocus: true, "aria-describedby": "embed-hint" });
  const caption = element("input", { type: "text", name: "caption", dir: "auto", lang: textarea.lang, value: before.caption });
  const note = element("p", { role: "alert", class: "errornote", hidden: true });
  const made = element("form", { method: "dialog", class: "dialog-form" }, note, field(words.address, address),
    element("p", { class: "help", id: "embed-hint" }, words.embed_hint), field(words.caption, caption),
    element("div", { class: "dialog-buttons" },
      element("button", { type: "submit", class: "button default" }, words.insert),
      element("button", { type: "button", class: "button", onclick: () => close() }, words.cancel)));
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { embed, error } = await recognise(address.value.trim(), textarea, words);
    if (embed) return close({ ...embed, caption: caption.value.trim() });
    note.textContent = error;
    note.hidden = false;
    address.focus();
  });
  return made;
}

// An address alone, pasted on an empty line, becomes a link at once, and an embed when the server
// knows it: taken back with “undo” it is the link again.
export function pastedAddress(editor, event, textarea, words) {
  const address = event.clipboardData?.getData("text/plain").trim() ?? "";
  const { $from, empty } = editor.state.selection;
  const isAlone = empty && $from.parent.type.name === "paragraph" && $from.parent.content.size === 0;
  if (!isAlone || $from.depth !== 1 || !looksKnown(address, textarea)) return false;
  const at = $from.before();
  editor.chain().insertContent({ type: "text", text: address, marks: [{ type: "link", attrs: { href: address } }] }).run();
  recognise(address, textarea, words).then(({ embed }) => embed && replace(editor, at, address, embed));
  return true;
}

function looksKnown(address, textarea) {
  const host = /^https?:\/\/([^/?#\s]+)\S*$/i.exec(address)?.[1].toLowerCase() ?? "";
  return textarea.dataset.embedHosts.split(" ").some((known) => host === known || host.endsWith(`.${known}`));
}

// Only where the address still stands alone: somebody may have written on meanwhile.
function replace(editor, at, address, embed) {
  const block = editor.state.doc.nodeAt(Math.min(at, editor.state.doc.content.size));
  if (block?.type.name !== "paragraph" || block.textContent !== address) return;
  put(editor, (chain) => chain.insertContentAt({ from: at, to: at + block.nodeSize }, { type: "embed", attrs: { ...embed, caption: "" } }));
}

// A click on an embed chooses it and leads nowhere; a second one, or Enter, opens its words. Its
// link takes no focus: deleted along with the embed it would leave the keyboard nowhere.
export function openable(frame, editor, open) {
  frame.addEventListener("mousedown", (event) => {
    if (event.target.closest(".ProseMirror figure[data-embed] a")) event.preventDefault();
  });
  frame.addEventListener("click", (event) => {
    if (event.target.closest(".ProseMirror figure[data-embed] a")) event.preventDefault();
  });
  frame.addEventListener("dblclick", (event) => {
    if (event.target.closest(".ProseMirror figure[data-embed]") && editor.isActive("embed")) open();
  });
}
