// Choosing a picture that was uploaded, or uploading one more without leaving the story.

import { element, field, openDialog } from "./dialog.js";

const token = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;

export function pictureDialog({ textarea, words, lang }) {
  const address = textarea.dataset.pictures;
  return openDialog(words.choose, words, (close) => {
    const chosen = (picture) => close(picture);
    return [upload(address, words, lang, chosen), ...gallery(address, words, lang, chosen)];
  });
}

function gallery(address, words, lang, chosen) {
  const search = element("input", { type: "search", placeholder: words.search, "aria-label": words.search });
  const grid = element("ul", { class: "picture-grid" });
  const note = element("p", { role: "status" });
  const more = element("button", { type: "button", class: "button", hidden: true }, words.more);
  let page = 1;
  async function load(first) {
    page = first ? 1 : page + 1;
    const query = new URLSearchParams({ language: lang, q: search.value, page });
    try {
      const answer = await fetch(`${address}?${query}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const { pictures, has_next } = await answer.json();
      if (first) grid.replaceChildren();
      grid.append(...pictures.map((picture) => tile(picture, chosen)));
      note.textContent = grid.children.length ? "" : words.nothing;
      more.hidden = !has_next;
    } catch {
      note.textContent = words.failed;
    }
  }
  let waiting;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => load(true), 250);
  });
  more.addEventListener("click", () => load(false));
  load(true);
  return [search, note, grid, more];
}

function tile(picture, chosen) {
  const image = element("img", { src: picture.thumbnail, alt: picture.alt, loading: "lazy", width: 160, height: 90 });
  const name = element("span", { dir: "auto" }, picture.caption || picture.alt || picture.name);
  return element("li", {}, element("button", { type: "button", onclick: () => chosen(picture) }, image, name));
}

function upload(address, words, lang, chosen) {
  const file = element("input", { type: "file", name: "original", accept: "image/*", required: true });
  const line = (name, required) => element("input", { type: "text", name, lang, dir: "auto", required });
  const note = element("p", { role: "alert", class: "errornote", hidden: true });
  const form = element("form", { class: "dialog-form" }, note, field(words.alt, line("alt", true)),
    field(words.caption, line("caption", false)), field(words.credit, line("credit", false)),
    element("button", { type: "submit", class: "button default" }, words.upload));
  form.prepend(field(words.file, file));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new FormData(form);
    const button = form.querySelector("button");
    button.disabled = true;
    note.hidden = true;
    body.set("language", lang);
    try {
      const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token() } });
      const data = await answer.json();
      if (data.picture) return chosen(data.picture);
      note.textContent = Object.values(data.errors).join(" ");
    } catch {
      note.textContent = words.failed;
    }
    note.hidden = false;
    button.disabled = false;
  });
  return element("details", { class: "picture-upload" }, element("summary", {}, words.file), form);
}
