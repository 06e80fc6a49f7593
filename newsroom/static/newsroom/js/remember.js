// "Save my name …": kept in this browser's local storage and nowhere else.
const KEY = "newsroom.commenter";
const FIELDS = ["author", "email", "url"];
const form = document.querySelector("#commentform");
const box = form?.querySelector("#wp-comment-cookies-consent");

const storage = (() => {
  try {
    localStorage.getItem(KEY);
    return localStorage;
  } catch {
    return null;
  }
})();

if (box && storage) {
  box.closest("[hidden]")?.removeAttribute("hidden");

  const kept = JSON.parse(storage.getItem(KEY) ?? "null");
  if (kept) {
    box.checked = true;
    for (const name of FIELDS) {
      const field = form.elements[name];
      if (field && !field.value && typeof kept[name] === "string") field.value = kept[name];
    }
  }

  form.addEventListener("submit", () => {
    if (!box.checked) {
      storage.removeItem(KEY);
      return;
    }
    const values = FIELDS.map((name) => [name, form.elements[name]?.value ?? ""]);
    storage.setItem(KEY, JSON.stringify(Object.fromEntries(values)));
  });
}
