// What needs a reader's yes is loaded after it, and never before. The answer is kept in this
// browser alone; the link at the foot of the page asks again.
import { keep, kept } from "./kept.js";

const KEY = "newsroom.consent";
const bar = document.querySelector("[data-consent-bar]");
const again = document.querySelector("[data-consent-again]");

function load() {
  for (const frame of document.querySelectorAll("[data-consent] [data-src]")) {
    frame.src = frame.dataset.src;
    delete frame.dataset.src;
  }
  const { analytics } = document.body.dataset;
  if (!analytics) return;
  delete document.body.dataset.analytics;
  document.head.append(Object.assign(document.createElement("script"), { src: analytics, async: true }));
}

if (bar) {
  const answer = kept(KEY);
  if (answer === "yes") load();
  else bar.hidden = answer === "no";
  again.hidden = false;

  bar.addEventListener("click", ({ target }) => {
    const said = target.closest("[data-consent-answer]")?.dataset.consentAnswer;
    if (!said) return;
    keep(KEY, said);
    bar.hidden = true;
    if (said === "yes") load();
    // What was loaded already cannot be unloaded: the next page is without it.
  });

  again.addEventListener("click", () => {
    bar.hidden = false;
    bar.scrollIntoView();
    bar.querySelector("button").focus();
  });
}
