// Choosing a picture that was uploaded, or uploading one more without leaving the story.

import { element, field, openDialog } from "./dialog.js";

const token = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;

export function pictureDialog({ textarea, words, lang }) {
  const address = textarea.dataset.pictures;
  return openDialog(words.choose, words, (close) => {
    const body = element("div", { class: "dialog-body" });
    const chosen = (picture) => (picture.alt && picture.credit ? close(picture) : body.replaceChildren(texts(address, words, lang, picture, close)));
    body.append(upload(address, words, lang, close), ...gallery(address, words, lang, chosen));
    return [body];
  });
}

// A story is not published with a picture that has no words in its language: ask for them now.
function texts(address, words, lang, picture, close) {
  const image = element("img", { src: picture.thumbnail, alt: "", width: 320, height: 180 });
  const form = element("form", { class: "dialog-form" }, element("p", {}, words.describe), image,
    ...lines(words, lang, picture), element("button", { type: "submit", class: "button default" }, words.use));
  sends(form, address, words, lang, { image: picture.id }, close);
  queueMicrotask(() => form.elements.alt.focus());
  return form;
}

function lines(words, lang, { alt = "", caption = "", credit = "" } = {}) {
  const line = (name, value, required) => element("input", { type: "text", name, lang, dir: "auto", value, required });
  return [field(words.alt, line("alt", alt, true)), field(words.caption, line("caption", caption)), field(words.credit, line("credit", credit, true))];
}

// Sends a form to the chooser's address and hands on the picture it answers with.
function sends(form, address, words, lang, more, close) {
  const note = element("p", { role: "alert", class: "errornote", hidden: true });
  form.prepend(note);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new FormData(form);
    for (const [name, value] of Object.entries({ ...more, language: lang })) body.set(name, value);
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    note.hidden = true;
    try {
      const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token() } });
      if (isRefused(answer)) throw new Refusal(words.refused);
      const data = await answer.json();
      if (data.picture) return close(data.picture);
      note.textContent = Object.values(data.errors).join(" ");
    } catch (error) {
      note.textContent = error instanceof Refusal ? error.message : words.failed;
    }
    note.hidden = false;
    button.disabled = false;
    note.scrollIntoView({ block: "nearest" });
  });
}

class Refusal extends Error {}

// Without a session a question is led to the sign-in, and what was sent is answered by it.
const isRefused = (answer) => answer.redirected || answer.status === 403;

function gallery(address, words, lang, chosen) {
  const search = element("input", { type: "search", placeholder: words.search, "aria-label": words.search, autofocus: true });
  const grid = element("ul", { class: "picture-grid" });
  const note = element("p", { role: "status" });
  const more = element("button", { type: "button", class: "button", hidden: true }, words.more);
  let [page, asked] = [1, 0];
  async function load(first) {
    const number = ++asked;
    page = first ? 1 : page + 1;
    const query = new URLSearchParams({ language: lang, q: search.value, page });
    try {
      const answer = await fetch(`${address}?${query}`, { headers: { Accept: "application/json" } });
      if (isRefused(answer)) throw new Refusal(words.refused);
      if (!answer.ok) throw new Error(answer.status);
      const { pictures, has_next } = await answer.json();
      // A slow answer to an earlier word must not stand under a later one.
      if (number !== asked) return;
      if (first) grid.replaceChildren();
      grid.append(...pictures.map((picture) => tile(picture, words, chosen)));
      note.textContent = grid.children.length ? "" : words.nothing;
      more.hidden = !has_next;
    } catch (error) {
      note.textContent = error instanceof Refusal ? error.message : words.failed;
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

function tile(picture, words, chosen) {
  const image = element("img", { src: picture.thumbnail, alt: picture.alt, loading: "lazy", width: 160, height: 90 });
  const name = element("span", { dir: "auto" }, picture.caption || picture.alt || picture.name);
  const lack = picture.alt && picture.credit ? [] : [element("span", { class: "lack" }, words.no_alt)];
  return element("li", {}, element("button", { type: "button", onclick: () => chosen(picture) }, image, name, ...lack));
}

function upload(address, words, lang, close) {
  const file = element("input", { type: "file", name: "original", accept: "image/*", required: true, "aria-label": words.file });
  const form = element("form", { class: "dialog-form" }, file, ...lines(words, lang),
    element("button", { type: "submit", class: "button default" }, words.upload));
  sends(form, address, words, lang, {}, close);
  return element("details", { class: "picture-upload" }, element("summary", {}, words.file), form);
}
