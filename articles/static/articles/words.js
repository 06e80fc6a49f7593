// The editor's own parts ask `gettext` for their words while they load: they get ours. Imported
// before them, since modules run in the order of their imports.

const words = JSON.parse(document.querySelector("[data-words]")?.dataset.words ?? "{}");
const before = window.gettext;

window.gettext = (text) => words[text] ?? before?.(text) ?? text;
