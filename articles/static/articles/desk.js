// The story's form: it saves itself, keeps what is not saved, counts, and tells who else is there.

import { autosave } from "./autosave.js";
import { conflict } from "./conflict.js";
import { count, counter, plainText } from "./counts.js";
import { fillForm, keeping, offer } from "./keeping.js";
import { pictureDialog } from "./pictures.js";
import { presence } from "./presence.js";
import { progress } from "./state.js";
import { statusLine } from "./status.js";

const form = document.querySelector("form[data-story]");

// A headline is one line of text on several lines of the screen: Enter would be lost on saving.
function line(input) {
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}

function picture(input, editor) {
  const box = input.closest("[data-picture-box]");
  const shown = box.querySelector("[data-picture-shown]");
  const clear = box.querySelector("[data-clear]");
  const words = JSON.parse(editor.dataset.words);
  const show = (found) => {
    input.value = found?.id ?? "";
    input.dispatchEvent(new Event("input", { bubbles: true }));
    shown.replaceChildren();
    clear.hidden = !found;
    if (!found) return;
    const image = new Image(320, 180);
    image.src = found.thumbnail;
    image.alt = found.alt;
    const caption = document.createElement("p");
    caption.dir = "auto";
    caption.textContent = [found.caption || found.alt, found.credit].filter(Boolean).join(" — ");
    shown.append(image, caption);
  };
  box.querySelector("[data-choose]").addEventListener("click", async () => {
    const found = await pictureDialog({ textarea: editor, words, lang: editor.lang });
    if (found) show(found);
  });
  input.addEventListener("newsroom:set", () => {
    shown.replaceChildren();
    clear.hidden = !input.value;
  });
  clear.addEventListener("click", () => {
    show(null);
    box.querySelector("[data-choose]").focus();
  });
  box.classList.add("is-enhanced");
}

function bylines(box) {
  const total = box.querySelector("[name=bylines-TOTAL_FORMS]");
  const limit = Number(box.querySelector("[name=bylines-MAX_NUM_FORMS]").value);
  const model = box.querySelector("template");
  const add = box.querySelector("[data-add]");
  add.hidden = false;
  add.addEventListener("click", () => {
    const number = Number(total.value);
    if (number >= limit) return;
    const row = model.content.cloneNode(true);
    for (const part of row.querySelectorAll("[name], [id], [for]")) {
      for (const name of ["name", "id", "for"]) {
        if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace("__prefix__", number));
      }
    }
    box.querySelector("[data-rows]").append(row);
    total.value = number + 1;
    box.querySelector(`[name=bylines-${number}-author]`).focus();
  });
}

// A button pressed twice sends once. A form that got no answer can be sent again after a while.
function once() {
  let sent = 0;
  form.addEventListener("submit", (event) => {
    if (event.timeStamp - sent < 5000 && sent) event.preventDefault();
    else sent = event.timeStamp;
  });
  window.addEventListener("pageshow", () => (sent = 0));
}

function safety() {
  const words = JSON.parse(form.dataset.sentences);
  const bar = form.querySelector("[data-status-line]");
  const kept = keeping(form);
  const saving = autosave(form, words, statusLine(bar, words), kept);
  presence(form, form.querySelector("[data-others]"), words, saving);
  const found = kept.found();
  if (found) {
    const bringBack = () => {
      fillForm(form, found.fields);
      saving.changed();
    };
    offer(form, found, words, { bringBack, discard: kept.forget });
  }
  if (form.hasAttribute("data-dirty")) kept.now();
  conflict(form, words);
  progress(form);
}

function counts(editor) {
  const words = JSON.parse(form.dataset.sentences);
  const note = document.createElement("p");
  note.className = "text-count quiet";
  editor.closest(".desk-field").append(note);
  const show = count(() => plainText(editor.value), note, words);
  editor.addEventListener("input", show);
  editor.addEventListener("newsroom:set", show);
  show();
}

function shortcuts() {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.querySelector("[data-save]")?.click();
    }
  });
}

if (form) {
  const editor = form.querySelector("textarea[data-editor]");
  const words = JSON.parse(form.dataset.sentences ?? "{}");
  const lengths = (part) => {
    for (const input of part.querySelectorAll("[data-limit]")) counter(input, words, form.elements.kind);
  };
  lengths(form);
  form.addEventListener("newsroom:fresh", ({ target }) => lengths(target));
  for (const input of form.querySelectorAll("[data-line]")) line(input);
  const main = form.querySelector("[data-picture]");
  if (main && editor) picture(main, editor);
  const names = form.querySelector("[data-bylines]");
  if (names) bylines(names);
  if (editor) counts(editor);
  if (form.dataset.autosave) safety();
  once();
  shortcuts();
}
