// Words and characters of what is written, as a reader counts them.

import { plural } from "./status.js";

const characters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export const length = (text) => [...characters.segment(text)].length;

// White space parts words, in Arabic as in Latin; a dash alone is none.
const wordCount = (text) => (text.match(/\S*[\p{L}\p{N}]\S*/gu) ?? []).length;

export function count(textOf, note, words) {
  const language = document.documentElement.lang;
  return () => {
    const text = textOf();
    note.textContent = `${plural(words.word_count, wordCount(text), language)} · ${plural(words.character_count, length(text.trim()), language)}`;
  };
}

// The body's text without its markup; blocks part words.
export function plainText(html) {
  const page = new DOMParser().parseFromString(html.replace(/<\/(p|h\d|li|blockquote|figcaption|td|th)>|<br>/gi, "$&\n"), "text/html");
  return page.body.textContent;
}
