// A comment that was begun and not sent is kept in this browser, a story at a time, and offered
// again. It goes once the same words were taken: then they stand under the story, or in the preview.
import { forget, keep, kept } from "./kept.js";

const DAYS = 7;
const form = document.querySelector("#commentform");
const box = form?.querySelector("#comment");
const bar = document.querySelector("[data-draft]");
const keyOf = (story) => `newsroom.draft.${story}`;
const letters = (text) => (text ?? "").normalize("NFC").replace(/[^\p{L}\p{N}\p{S}]/gu, "");

const forgetIfTaken = (story, place) => {
  const words = letters(kept(keyOf(story))?.text);
  if (words && words === letters(place?.textContent)) forget(keyOf(story));
};

const preview = document.querySelector("[data-sent]");
if (preview) forgetIfTaken(preview.dataset.sent, preview);

if (box && bar) {
  const story = bar.dataset.draft;
  const key = keyOf(story);
  const anchor = document.getElementById(location.hash.slice(1));
  forgetIfTaken(story, anchor?.querySelector(":scope > .comment-body .comment-content"));

  const draft = kept(key);
  const isFresh = draft?.text && Date.now() - draft.at < DAYS * 24 * 60 * 60 * 1000;
  if (draft && !isFresh) forget(key);

  let timer = 0;
  const save = () => {
    clearTimeout(timer);
    timer = 0;
    if (!box.value.trim()) forget(key);
    else keep(key, { text: box.value, parent: form.elements.comment_parent.value, at: Date.now() });
  };
  box.addEventListener("input", () => {
    bar.hidden = true;
    timer ||= setTimeout(save, 500);
  });
  window.addEventListener("pagehide", () => timer && save());

  if (isFresh && !box.value.trim()) {
    bar.hidden = false;
    bar.querySelector("[data-restore]").addEventListener("click", () => {
      const answered = /^\d+$/.test(draft.parent) && `[data-reply="${draft.parent}"]`;
      if (answered) document.querySelector(answered)?.click();
      box.value = draft.text;
      box.dispatchEvent(new Event("input", { bubbles: true }));
      box.focus();
    });
    bar.querySelector("[data-discard]").addEventListener("click", () => {
      forget(key);
      bar.hidden = true;
      box.focus();
    });
  }
}
