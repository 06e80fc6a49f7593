// An author's portrait, chosen from the library; without script its number is typed.

import { element } from "./dialog.js";
import { pictureDialog } from "./pictures.js";

function enhance(input) {
  const words = JSON.parse(input.dataset.words);
  const face = element("img", { class: "portrait", width: 96, height: 96, alt: "", src: input.dataset.portrait, hidden: !input.dataset.portrait });
  const clear = element("button", { type: "button", class: "button", hidden: !input.value }, words.remove);
  const open = element("button", { type: "button", class: "button" }, words.open);
  const show = (picture) => {
    input.value = picture?.id ?? "";
    face.hidden = clear.hidden = !picture;
    if (picture) face.src = picture.square;
  };
  open.addEventListener("click", async () => {
    const picture = await pictureDialog({ textarea: input, words, lang: input.lang });
    if (picture) show(picture);
    open.focus();
  });
  clear.addEventListener("click", () => {
    show(null);
    open.focus();
  });
  const box = element("div", { class: "portrait-box" }, face, open, clear);
  input.after(box);
  box.append(input);
}

for (const input of document.querySelectorAll("input[data-portrait]")) enhance(input);
