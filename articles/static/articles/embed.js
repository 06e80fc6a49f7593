// Posts and films of other sites in the editor: a pasted address alone becomes a block.

import { Node } from "django-prose-editor/editor";
import { element, field, openDialog } from "./dialog.js";

const PROVIDERS = {
  "youtube.com": "youtube", "youtu.be": "youtube", "youtube-nocookie.com": "youtube", "vimeo.com": "vimeo",
  "player.vimeo.com": "vimeo", "x.com": "x", "twitter.com": "x", "instagram.com": "instagram",
  "facebook.com": "facebook", "t.me": "telegram", "telegram.me": "telegram",
};

export function providerOf(text) {
  try {
    const url = new URL(text.trim());
    if (!/^https?:$/.test(url.protocol) || url.pathname.length < 2) return null;
    return PROVIDERS[url.hostname.replace(/^(www|m|mobile)\./, "")] ?? null;
  } catch {
    return null;
  }
}

// The server has the last word on which addresses can be shown; here the block is only written.
export const Embed = Node.create({
  name: "embed",
  group: "block",
  atom: true,
  selectable: true,
  draggable: true,
  addAttributes: () => ({ provider: { default: "" }, href: { default: "" }, caption: { default: "" } }),
  parseHTML: () => [{
    tag: "figure[data-embed]",
    priority: 100,
    getAttrs: (figure) => ({
      provider: figure.dataset.embed,
      href: figure.querySelector("a")?.getAttribute("href") ?? "",
      caption: figure.querySelector("figcaption")?.textContent ?? "",
    }),
  }],
  renderHTML: ({ node: { attrs } }) => ["figure", { "data-embed": attrs.provider },
    ["a", { href: attrs.href }, attrs.href], ...(attrs.caption ? [["figcaption", {}, attrs.caption]] : [])],
  addNodeView: () => ({ node }) => {
    const dom = element("div", { class: "embed-block", dir: "ltr" },
      element("strong", {}, node.attrs.provider), " ", element("span", {}, node.attrs.href));
    return { dom };
  },
});

export function pasted(view, event, insert) {
  const text = event.clipboardData?.getData("text/plain").trim() ?? "";
  const { $from, empty } = view.state.selection;
  const isAlone = empty && $from.parent.type.name === "paragraph" && $from.parent.content.size === 0;
  const provider = isAlone && !/\s/.test(text) && providerOf(text);
  if (!provider) return false;
  insert({ provider, href: text });
  return true;
}

export async function embedDialog(editor, words) {
  const made = await openDialog(words.embed, words, (close) => {
    const input = element("input", { type: "url", dir: "ltr", placeholder: "https://", autofocus: true, required: true });
    const note = element("p", { role: "alert", class: "errornote", hidden: true }, words.embed_unknown);
    const form = element("form", { method: "dialog", class: "dialog-form" }, note, field(words.embed_hint, input),
      element("div", { class: "dialog-buttons" }, element("button", { type: "submit", class: "button default" }, words.insert)));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const provider = providerOf(input.value);
      if (provider) return close({ provider, href: input.value.trim() });
      note.hidden = false;
      input.focus();
    });
    return [form];
  });
  if (made) editor.chain().focus().insertContent({ type: "embed", attrs: made }).run();
}
