// The queue by keys, one comment after the other. Keys are read by their place on the keyboard, so
// that they are the same under an Arabic layout; every one presses a button that is there anyway.

import { decideInPlace } from "./decide.js";

const DECIDE = { KeyA: "approve", KeyH: "hold", KeyS: "spam", KeyT: "trash", KeyR: "restore" };

const list = document.querySelector("#result_list tbody");
const help = document.querySelector("[data-keys]");
const alone = document.querySelector("[data-lease]");
let current = null;

function token() {
  return document.querySelector("[name=csrfmiddlewaretoken]").value;
}

// Who looks at a comment has it alone for two minutes; who else has it is said beside it.
async function claim(address, place) {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", token());
  try {
    const answer = await fetch(address, { method: "POST", body });
    const { holder } = answer.ok ? await answer.json() : { holder: "" };
    let line = place.querySelector(".holder");
    if (!holder) return line?.remove();
    if (!line) {
      line = Object.assign(document.createElement("p"), { className: "holder" });
      line.setAttribute("role", "status");
      place.prepend(line);
    }
    line.textContent = holder;
  } catch {
    // Without a network the decision itself will say so.
  }
}

function choose(row) {
  if (!row) return;
  current?.classList.remove("is-current");
  current = row;
  row.classList.add("is-current");
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  const button = row.querySelector(".row-buttons [formaction]");
  if (button) claim(button.formAction.replace(/decide\/$/, "lease/"), row.querySelector(".beside"));
}

function step(by) {
  const rows = [...list.rows];
  choose(rows[current ? rows.indexOf(current) + by : 0]);
}

function press(verb) {
  const place = current ?? document.querySelector(".decisions");
  place?.querySelector(`[name=decision][value="${verb}"]`)?.click();
}

function open(selector) {
  const found = (current ?? document).querySelector(selector);
  if (!found) return;
  if (found.matches("details")) found.open = !found.open;
  (found.querySelector("summary") ?? found).focus();
  found.scrollIntoView({ block: "nearest" });
}

// Notes are written on the comment's own page; from the list the key leads there, into the box.
function note() {
  if (document.querySelector("#text")) return open("#text");
  const link = current?.querySelector("th a");
  if (link) location.assign(`${link.href}#text`);
}

const KEYS = {
  KeyJ: () => list && step(1),
  KeyK: () => list && step(-1),
  KeyX: () => current?.querySelector(".action-select")?.click(),
  KeyO: () => current?.querySelector("th a")?.click(),
  KeyE: () => open(".rejections"),
  KeyN: note,
  KeyU: () => document.querySelector("[data-undo]")?.click(),
};

function typing(target) {
  return target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
  if (event.key === "?" || event.key === "؟") return event.preventDefault(), help?.showModal();
  const act = KEYS[event.code] ?? (DECIDE[event.code] && (() => press(DECIDE[event.code])));
  if (!act || event.shiftKey) return;
  event.preventDefault();
  act();
});

document.querySelector("[data-show-keys]")?.addEventListener("click", () => help.showModal());
list?.addEventListener("focusin", (event) => {
  const row = event.target.closest("tr");
  if (row !== current && event.target !== row) {
    current?.classList.remove("is-current");
    current = row;
    row.classList.add("is-current");
  }
});
if (alone) claim(alone.dataset.lease, document.querySelector(".beside"));

if (list) decideInPlace(list, (row) => [...list.rows].indexOf(row ?? current), (at) => {
  current = null;
  choose(list.rows[Math.min(Math.max(at, 0), list.rows.length - 1)]);
});

// After a decision on many the list comes back: the next comment is where the last one was.
const KEY = "newsroom-queue-place";
if (list) {
  for (const form of document.querySelectorAll("#changelist-form")) {
    form.addEventListener("submit", () => current && sessionStorage.setItem(KEY, [...list.rows].indexOf(current)));
  }
  const place = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  if (place !== null) choose(list.rows[Math.min(place, list.rows.length - 1)]);
}
