// Composing a page: the forms of the screen are sent in place, a story can be dragged to another
// place, and what was done is said. Without this file the same forms load the page anew.

const desk = document.querySelector("[data-compose]");
const board = desk.querySelector("[data-board]");
const said = desk.querySelector("[data-said]");
let sending = false;
let dragged = null;

function answer(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

// What was pressed is found again in the new board, so that the next press needs no search.
function keyOf(button) {
  const story = button?.closest("[data-story]")?.dataset.story;
  const hook = ["up", "down"].find((name) => name in (button?.dataset ?? {}));
  return { story, hook };
}

function focusAgain({ story, hook }) {
  const place = board.querySelector(`.place[data-story="${story}"]`);
  const wanted = hook && place?.querySelector(`[data-${hook}]`);
  (wanted ?? place?.querySelector("button"))?.focus();
}

function show(page, key) {
  const fresh = page.querySelector("[data-board]");
  if (!fresh) return false;
  board.replaceChildren(...fresh.childNodes);
  const messages = page.querySelector(".messagelist");
  document.querySelector(".messagelist")?.remove();
  said.textContent = messages?.textContent.trim() ?? "";
  if (messages) document.getElementById("content").before(messages);
  prepare();
  if (key) focusAgain(key);
  return true;
}

async function send(form, data, key) {
  if (sending) return;
  sending = true;
  board.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(form.action, { method: "POST", body: data });
    const page = answer(await response.text());
    if (!response.ok || !show(page, key)) window.location.reload();
  } catch {
    form.submit();
  } finally {
    sending = false;
    board.removeAttribute("aria-busy");
  }
}

function moveTo(place, to) {
  const form = place.querySelector("[data-send]");
  const data = new FormData(form);
  data.set("do", "move");
  data.set("place", to);
  send(form, data, { story: place.dataset.story, hook: "" });
}

function prepare() {
  for (const place of board.querySelectorAll(".place[data-story]")) place.draggable = true;
  for (const link of board.querySelectorAll(".place a, .place img")) link.draggable = false;
}

function mark(place) {
  for (const one of board.querySelectorAll(".is-target")) one.classList.remove("is-target");
  place?.classList.add("is-target");
}

board.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-send]")) return;
  event.preventDefault();
  send(form, new FormData(form, event.submitter), keyOf(event.submitter));
});

board.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".place[data-story]");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.story);
  dragged.classList.add("is-dragged");
});

board.addEventListener("dragover", (event) => {
  const place = event.target.closest?.(".place");
  if (!dragged || !place) return;
  event.preventDefault();
  mark(place === dragged ? null : place);
});

board.addEventListener("drop", (event) => {
  const place = event.target.closest?.(".place");
  if (!dragged || !place) return;
  event.preventDefault();
  if (place !== dragged) moveTo(dragged, place.dataset.place);
});

board.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  dragged = null;
  mark(null);
});

// The arrows move the story whose buttons have the focus.
board.addEventListener("keydown", (event) => {
  const hook = { ArrowUp: "up", ArrowDown: "down" }[event.key];
  const button = event.target.closest?.("[data-up], [data-down]");
  if (!hook || !button || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  button.closest("form").querySelector(`[data-${hook}]`)?.click();
});

desk.querySelector("[data-choose]")?.addEventListener("change", (event) => event.target.form.submit());

prepare();
