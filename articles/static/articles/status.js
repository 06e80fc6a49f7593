// The line in the bar that says whether what is written is saved.

export const fill = (text, values) => text.replace(/%\((\w+)\)[sd]/g, (_, name) => `\u2068${values[name] ?? ""}\u2069`);

// A count in words: `forms` holds the text for each plural category of the language.
export function plural(forms, count, language) {
  const category = new Intl.PluralRules(language).select(count);
  return (forms[category] ?? forms.other).replace("%(count)d", count);
}

export function statusLine(box, words) {
  const text = box.querySelector("[data-status-text]");
  const action = box.querySelector("[data-status-action]");
  let shown = "";
  // Said once: a screen reader is not told the same again at every key.
  return function show(kind, values = {}, more = null) {
    const said = fill(words[kind], values);
    if (said === shown && kind === box.dataset.status) return;
    shown = said;
    box.dataset.status = kind;
    text.textContent = said;
    action.replaceChildren(...(more ? [more] : []));
  };
}
