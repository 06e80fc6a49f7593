// Setting, changing and taking away a link.

import { element, field, openDialog } from "./dialog.js";

export async function linkDialog(editor, words) {
  const before = editor.getAttributes("link").href ?? "";
  const href = await openDialog(words.link, words, (close) => {
    const input = element("input", { type: "text", dir: "ltr", inputmode: "url", value: before, placeholder: words.address_hint, autofocus: true });
    const form = element("form", { method: "dialog", class: "dialog-form" }, field(words.address, input),
      element("div", { class: "dialog-buttons" },
        element("button", { type: "submit", class: "button default" }, words.insert),
        element("button", { type: "button", class: "button", onclick: () => close() }, words.cancel)));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      close(input.value.trim());
    });
    return [form];
  });
  if (href === undefined) return editor.commands.focus();
  const chain = editor.chain().focus().extendMarkRange("link");
  if (!href) return chain.unsetLink().run();
  const address = complete(href);
  if (editor.state.selection.empty && !before) {
    const text = { type: "text", text: address, marks: [{ type: "link", attrs: { href: address } }] };
    return chain.insertContent(text).run();
  }
  return chain.setLink({ href: address }).run();
}

// "example.org/page" is an address of the web, "/en/…" one of this site.
function complete(href) {
  if (/^(https?:|mailto:|tel:|\/|#)/i.test(href)) return href;
  return href.includes("@") && !href.includes("/") ? `mailto:${href}` : `https://${href}`;
}
