// "Save my name …": kept in this browser's local storage and nowhere else.
const KEY = "newsroom.commenter";
const FIELDS = ["author", "email", "url"];
const form = document.querySelector("#commentform");
const box = form?.querySelector("#wp-comment-cookies-consent");

// Storage may be refused, full or written by another hand: then nothing is remembered.
const attempt = (action) => {
  try {
    return action();
  } catch {
    return null;
  }
};
const forget = () => attempt(() => localStorage.removeItem(KEY));

if (box && attempt(() => localStorage)) {
  box.closest("[hidden]")?.removeAttribute("hidden");

  const kept = attempt(() => JSON.parse(localStorage.getItem(KEY)));
  if (kept) {
    box.checked = true;
    for (const name of FIELDS) {
      const field = form.elements[name];
      if (field && !field.value && typeof kept[name] === "string") field.value = kept[name];
    }
  }

  box.addEventListener("change", () => box.checked || forget());
  form.addEventListener("submit", () => {
    if (!box.checked) {
      forget();
      return;
    }
    const values = FIELDS.map((name) => [name, form.elements[name]?.value ?? ""]);
    attempt(() => localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(values))));
  });
}
