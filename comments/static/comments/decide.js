// Decisions on one comment without a page load. The same form is sent to the same address; of the
// list that comes back its rows, tabs and the way to undo take their places here, so that the
// queue stays full and its counters right. What cannot be done so is sent as ever.

const PARTS = [".states", ".undo-place"];

function say(text) {
  const place = document.querySelector("[data-said]");
  place.textContent = "";
  // A new text is read out even where it is the same as before.
  requestAnimationFrame(() => { place.textContent = text; });
}

function swap(page, list) {
  const rows = page.querySelector("#result_list tbody")?.rows ?? [];
  list.replaceChildren(...[...rows].map((row) => document.adoptNode(row)));
  for (const part of PARTS) {
    const [here, there] = [document, page].map((where) => where.querySelector(part));
    if (here && there) here.replaceChildren(...there.childNodes);
  }
  const said = [...page.querySelectorAll(".messagelist li")];
  say(said.map((line) => line.textContent.trim()).join(" "));
}

async function send(form, button, list) {
  const body = new URLSearchParams(new FormData(form, button));
  const address = button.getAttribute("formaction") ?? form.getAttribute("action");
  const answer = await fetch(address, { method: "POST", body });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok || !page.querySelector("[data-said]")) return false;
  swap(page, list);
  return true;
}

// `place` tells which row the moderator is at; `go` goes to another once the list is there.
export function decideInPlace(list, place, go) {
  let last = Promise.resolve();

  const take = (form, button, at) => {
    const row = button.closest("tr");
    row?.classList.add("is-sent");
    last = last.then(() => send(form, button, list)).then(
      (isDone) => (isDone ? go(at) : button.dispatchEvent(new Event("sendwhole"))),
      () => {
        row?.classList.remove("is-sent");
        say(document.querySelector("[data-said]").dataset.failed);
      },
    );
  };

  document.addEventListener("submit", (event) => {
    const { submitter: button, target: form } = event;
    const isOne = button?.name === "decision" || form.matches(".undo");
    if (!isOne || form.dataset.whole) return;
    event.preventDefault();
    button.addEventListener("sendwhole", () => {
      form.dataset.whole = "yes";
      form.requestSubmit(button);
    }, { once: true });
    take(form, button, place(button.closest("tr")));
  });
}
