// Threads fold by themselves; here what a reader folded stays so for the visit, and a comment that
// an address names is never inside a folded one.
import { keep, kept } from "./kept.js";

const KEY = "newsroom.folded";
const threads = [...document.querySelectorAll("details[data-thread]")];

if (threads.length) {
  const folded = new Set(kept(KEY, "sessionStorage") ?? []);
  for (const thread of threads) {
    if (folded.has(thread.dataset.thread)) thread.open = false;
    thread.addEventListener("toggle", () => {
      folded[thread.open ? "delete" : "add"](thread.dataset.thread);
      keep(KEY, [...folded], "sessionStorage");
    });
  }

  const unfold = () => {
    const named = document.getElementById(location.hash.slice(1));
    const around = named?.parentElement.closest("details[data-thread]");
    if (!around || around.open) return;
    around.open = true;
    named.scrollIntoView();
  };
  window.addEventListener("hashchange", unfold);
  unfold();
}
