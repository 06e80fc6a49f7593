// Words that are not saved yet, kept in this browser until they are: a lost session, network or
// machine loses none of them.

import { element } from "./dialog.js";
import { fill } from "./status.js";

const SECRET = /^csrfmiddlewaretoken$|password|^mine\./i;

// While theirs stands against mine the words belong to no version: brought back they are refused,
// and compared, again.
const fields = (form) => [...new FormData(form)]
  .filter(([name, value]) => !SECRET.test(name) && typeof value === "string")
  .map(([name, value]) => [name, name === "version" && form.hasAttribute("data-conflict") ? "0" : value]);

export function keeping(form) {
  const name = () => `newsroom:story:${form.dataset.keep}`;
  let waiting;
  const write = () => {
    try {
      localStorage.setItem(name(), JSON.stringify({ at: Date.now(), fields: fields(form) }));
      return true;
    } catch {
      return false; // a full or forbidden storage: what is typed still stands in the form
    }
  };
  return {
    soon() {
      clearTimeout(waiting);
      waiting = setTimeout(write, 400);
    },
    now: write,
    forget() {
      clearTimeout(waiting);
      localStorage.removeItem(name());
    },
    // What was not saved when this page was last here; what was, is forgotten.
    found() {
      forgetMade(form);
      const kept = read(name());
      if (kept && isUnsaved(form, kept.fields)) return kept;
      if (!form.hasAttribute("data-dirty")) localStorage.removeItem(name());
      return null;
    },
  };
}

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

const value = (kept, name) => kept.find(([each]) => each === name)?.[1];

// Kept from an older version of the story: this person's own save was the next, or another's was.
function isUnsaved(form, kept) {
  const isSameVersion = value(kept, "version") === form.elements.version.value;
  const wasOvertaken = !isSameVersion && form.dataset.savedBy !== form.dataset.keep.split(":")[0];
  return (isSameVersion || wasOvertaken) && !form.hasAttribute("data-dirty") && differs(form, kept);
}

// The words of a form that has become this story are not those of the next new one.
function forgetMade(form) {
  for (const name of Object.keys(localStorage)) {
    if (!form.dataset.key || !name.startsWith("newsroom:story:") || !name.includes(":new")) continue;
    if (value(read(name)?.fields ?? [], "key") === form.dataset.key) localStorage.removeItem(name);
  }
}

// The version and the key are the page's own: only what somebody wrote is compared.
function differs(form, kept) {
  const written = (rows) => JSON.stringify(rows.filter(([name, value]) => !/^(version|key)$|_FORMS$/.test(name) && value !== ""));
  return written(kept) !== written(fields(form));
}

export function offer(form, kept, words, { bringBack, discard }) {
  const time = new Date(kept.at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", numberingSystem: "latn" });
  const close = (then) => () => {
    note.remove();
    then();
  };
  const note = element("div", { class: "kept-note", role: "status", "data-kept": true },
    element("p", {}, fill(words.kept, { time })),
    element("button", { type: "button", class: "button default", onclick: close(bringBack) }, words.bring_back),
    element("button", { type: "button", class: "button", onclick: close(discard) }, words.discard));
  form.prepend(note);
}

// Makes the rows of names that `rows` speak of.
export function roomFor(form, rows) {
  const add = form.querySelector("[data-bylines] [data-add]");
  const wanted = Number(rows["bylines-TOTAL_FORMS"] ?? 0);
  const total = form.elements["bylines-TOTAL_FORMS"];
  for (let made = -1; add && made < Number(total.value) && Number(total.value) < wanted;) {
    made = Number(total.value);
    add.click();
  }
}

export function put(input, value) {
  if (input.type === "checkbox") input.checked = Boolean(value);
  else if (!input.name.endsWith("_FORMS")) input.value = value;
  input.dispatchEvent(new CustomEvent("newsroom:set", { bubbles: false }));
}

// Fills the form with what was kept. The kept version comes along: where somebody saved since, the
// next save is refused and shows both, as it would have been then.
export function fillForm(form, kept) {
  const rows = Object.fromEntries(kept);
  roomFor(form, rows);
  for (const input of form.elements) {
    if (!input.name || SECRET.test(input.name) || ["submit", "button", "file"].includes(input.type)) continue;
    if (input.type === "checkbox" || input.name in rows) put(input, rows[input.name]);
  }
  form.elements.headline?.dispatchEvent(new Event("input", { bubbles: true }));
}
