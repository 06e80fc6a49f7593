// Theirs against mine, in place: a field takes theirs, and gets mine back. What is carried in
// hidden inputs is what the form sends without script as well.

import { put, roomFor } from "./keeping.js";

const MINE = "mine.";

const isOf = (input, name) => (name === "bylines" ? input.name.startsWith("bylines-") : input.name === name);

const inputs = (form, name) => [...form.elements].filter((input) => input.type !== "submit" && isOf(input, name));

const value = (input) => (input.type === "checkbox" ? (input.checked ? "on" : "") : input.value);

function fillField(form, name, rows) {
  roomFor(form, rows);
  for (const input of inputs(form, name)) {
    // A row that only the other text has is emptied; the number of rows never falls.
    if (input.name in rows) put(input, rows[input.name]);
    else if (/-(author|name|ORDER)$/.test(input.name)) put(input, "");
  }
}

function choice(form, box, said) {
  const name = box.dataset.choice;
  const [take, keep] = [box.querySelector("[data-take]"), box.querySelector("[data-keep]")];
  const picture = name === "picture" ? form.querySelector("[data-picture-shown]") : null;
  let shown = picture ? [...picture.childNodes] : [];

  function carried() {
    const found = [...box.querySelectorAll(`input[name^="${MINE}"]`)];
    const rows = Object.fromEntries(found.map((input) => [input.name.slice(MINE.length), input.value]));
    for (const input of found) input.remove();
    return rows;
  }

  function carry() {
    for (const input of inputs(form, name)) {
      const hidden = document.createElement("input");
      Object.assign(hidden, { type: "hidden", name: MINE + input.name, value: value(input) });
      box.append(hidden);
    }
  }

  function turn(isTheirs) {
    box.classList.toggle("is-theirs", isTheirs);
    [take.hidden, keep.hidden] = [isTheirs, !isTheirs];
    (isTheirs ? keep : take).focus();
    const words = box.querySelector(isTheirs ? ".chosen.is-theirs" : ".chosen.is-mine");
    said.textContent = `${box.querySelector("h3").firstChild.textContent.trim()}: ${words.textContent}`;
    form.elements.headline.dispatchEvent(new Event("input", { bubbles: true }));
  }

  take.addEventListener("click", (event) => {
    event.preventDefault();
    if (picture) shown = [...picture.childNodes];
    carry();
    fillField(form, name, JSON.parse(box.dataset.theirs));
    picture?.replaceChildren(box.querySelector("template[data-shown]").content.cloneNode(true));
    turn(true);
  });
  keep.addEventListener("click", (event) => {
    event.preventDefault();
    fillField(form, name, carried());
    picture?.replaceChildren(...shown);
    turn(false);
  });
}

// Formatted where it is: what cannot be put on the clipboard is marked, for Ctrl-C.
async function copy(box, words, said) {
  const text = box.querySelector("[data-text]");
  const kinds = { "text/plain": text.innerText, "text/html": text.innerHTML };
  if (box.dataset.choice !== "body_html") delete kinds["text/html"];
  try {
    const blobs = Object.entries(kinds).map(([type, words]) => [type, new Blob([words], { type })]);
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
    said.textContent = words.copied;
  } catch {
    text.closest("details").open = true;
    getSelection().selectAllChildren(text);
    said.textContent = words.copy_marked;
  }
}

export function conflict(form, words) {
  const section = form.querySelector("[data-choices]");
  if (!section) return;
  const said = section.querySelector("[data-said]");
  for (const box of section.querySelectorAll("[data-choice]")) {
    choice(form, box, said);
    const button = box.querySelector("[data-copy]");
    if (button) button.hidden = false;
    button?.addEventListener("click", () => copy(box, words, said));
  }
}
