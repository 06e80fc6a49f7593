// Words and characters of what is written, as a reader counts them.

import { fill, plural } from "./status.js";

const characters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export const length = (text) => [...characters.segment(text)].length;

// White space parts words, in Arabic as in Latin; a dash alone is none.
const wordCount = (text) => (text.match(/\S*[\p{L}\p{N}]\S*/gu) ?? []).length;

// The server's own measure of what may be saved: code points, a new line as two.
const weight = (text) => [...text.trim().replace(/\r?\n/g, "\r\n")].length;

// Counts under a field of one or a few lines: how long it is, how long it should be, and where it
// comes near to what can be saved, that.
export function counter(input, words, kind) {
  const note = document.createElement("p");
  const said = document.createElement("span");
  const [shown, limit] = [document.createElement("span"), Number(input.dataset.limit)];
  const recommended = JSON.parse(input.dataset.recommended ?? "{}");
  Object.assign(note, { className: "counter", id: `${input.id}_count` });
  said.setAttribute("role", "status");
  input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") ?? ""} ${note.id}`.trim());
  note.append(shown, " ", said);
  input.after(note);
  const show = () => {
    const [long, heavy] = [length(input.value.trim()), weight(input.value)];
    const most = recommended[kind?.value];
    const parts = most ? [...inWords(input.value, words), fill(words.recommended, { limit: most })] : [];
    if (limit && heavy > limit * 0.8) parts.push(`${heavy} / ${limit}`);
    shown.textContent = parts.join(" · ");
    note.classList.toggle("is-over", heavy > limit);
    note.classList.toggle("is-long", long > most);
    const warning = long > most ? words.too_long : "";
    if (said.textContent !== warning) said.textContent = warning;
  };
  for (const event of ["input", "newsroom:set"]) input.addEventListener(event, show);
  kind?.addEventListener("change", show);
  show();
}

function inWords(text, words) {
  const language = document.documentElement.lang;
  return [plural(words.word_count, wordCount(text), language), plural(words.character_count, length(text.trim()), language)];
}

export function count(textOf, note, words) {
  return () => (note.textContent = inWords(textOf(), words).join(" · "));
}

// The body's text without its markup; blocks part words.
export function plainText(html) {
  const page = new DOMParser().parseFromString(html.replace(/<\/(p|h\d|li|blockquote|figcaption|td|th)>|<br>/gi, "$&\n"), "text/html");
  return page.body.textContent;
}
