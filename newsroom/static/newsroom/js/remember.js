// "Save my name …": kept in this browser's local storage and nowhere else.
import { attempt, forget, keep, kept } from "./kept.js";

const KEY = "newsroom.commenter";
const FIELDS = ["author", "email", "url"];
const form = document.querySelector("#commentform");
const box = form?.querySelector("#wp-comment-cookies-consent");

if (box && attempt(() => localStorage)) {
  box.closest("[hidden]")?.removeAttribute("hidden");

  const values = kept(KEY);
  if (values) {
    box.checked = true;
    for (const name of FIELDS) {
      const field = form.elements[name];
      if (field && !field.value && typeof values[name] === "string") field.value = values[name];
    }
  }

  box.addEventListener("change", () => box.checked || forget(KEY));
  form.addEventListener("submit", () => {
    if (!box.checked) {
      forget(KEY);
      return;
    }
    const typed = FIELDS.map((name) => [name, form.elements[name]?.value ?? ""]);
    keep(KEY, Object.fromEntries(typed));
  });
}
