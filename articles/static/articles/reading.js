// The page of a story that somebody may only read: who is writing in it, and when it was saved.

import { element } from "./dialog.js";
import { presence } from "./presence.js";
import { statusLine } from "./status.js";

const form = document.querySelector("form[data-reading]");
const words = JSON.parse(form.dataset.sentences);
const show = statusLine(form.querySelector("[data-status-line]"), words);

presence(form, form.querySelector("[data-others]"), words, {
  stale(name) {
    show("stale", { name }, element("a", { href: "" }, words.show_newest));
  },
  checkSession() {
    show("signed_out_reading", {}, element("a", { href: "" }, words.sign_in));
  },
});
