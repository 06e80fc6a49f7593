// A change of the source is dealt with without leaving the text: the panel alone comes anew.

const form = document.querySelector("#source-form");
const panel = () => document.querySelector("[data-source]");

async function send(button) {
  const body = new FormData(form, button);
  body.set("fragment", "1");
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
  return answer?.ok && !answer.redirected ? answer.text() : null;
}

async function deal(button) {
  if (panel().ariaBusy === "true") return;
  panel().ariaBusy = "true";
  const html = await send(button);
  panel().ariaBusy = "false";
  if (html === null) {
    panel().querySelector("[data-source-failed]").hidden = false;
    return;
  }
  const scrolled = panel().scrollTop;
  panel().outerHTML = html;
  panel().scrollTop = scrolled;
  (panel().querySelector("[data-drift-title]") ?? panel().querySelector("summary")).focus({ preventScroll: true });
}

form?.addEventListener("submit", (event) => {
  // To follow another source changes the whole page: nothing typed is lost in a page of its own.
  if (!panel()) return;
  event.preventDefault();
  deal(event.submitter);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  const { insert: text, after, language: lang, direction: dir } = button.dataset;
  const detail = { text, after, lang, dir };
  document.querySelector("textarea[data-editor=story]").dispatchEvent(new CustomEvent("newsroom:insert", { detail }));
});

// On a telephone the text comes first, unless something waits to be decided.
const details = document.querySelector("[data-source-details]:not([data-has-drift])");
if (details && matchMedia("(width < 64rem)").matches) details.open = false;
