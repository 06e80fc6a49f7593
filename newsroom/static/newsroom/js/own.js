// Ways to change what was just sent from this browser, for as long as that is possible. The page
// is the same for everybody: only a browser that sent something in the last minutes asks.
import { keep, kept } from "./kept.js";

const KEY = "newsroom.sent";
const section = document.querySelector("[data-own]");
const form = document.querySelector("#commentform");
const wait = (section?.dataset.ownMinutes ?? 0) * 60_000;

const offer = ({ id, until, links }) => {
  const place = document.querySelector(`#div-comment-${id} .comment-actions`);
  const left = new Date(until) - Date.now();
  if (!place || left <= 0) return;
  const made = links.map(({ href, label }) =>
    Object.assign(document.createElement("a"), { href, textContent: label }));
  place.append(...made);
  setTimeout(() => made.forEach((link) => link.remove()), left);
};

async function ask() {
  const answer = await fetch(section.dataset.own);
  if (!answer.ok) return;
  const { comments } = await answer.json();
  comments.forEach(offer);
}

form?.addEventListener("submit", () => keep(KEY, Date.now()));
const sentAt = kept(KEY);
if (section && sentAt && Date.now() - sentAt < wait) ask().catch(() => {});
