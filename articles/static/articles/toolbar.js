// The bar above the text. One stop of the tab key; arrows go from button to button (the toolbar
// pattern of WAI-ARIA), Alt-F10 leads from the text to the bar and Escape back.

export function toolbar(editor, words, buttons, groups, special) {
  const bar = document.createElement("div");
  bar.className = "editor-bar";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", words.toolbar);
  for (const names of groups) {
    const group = document.createElement("div");
    group.className = "editor-group";
    for (const name of names.split(" ")) group.append(button(editor, name, buttons[name], words[name], special[name]));
    bar.append(group);
  }
  moves(bar, editor);
  return bar;
}

function button(editor, name, { icon, run, isActive, can }, title, open) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = /^[a-z]/.test(icon) ? "editor-button material-icons" : "editor-button";
  made.textContent = icon;
  made.title = title;
  made.tabIndex = -1;
  made.dataset.name = name;
  made.setAttribute("aria-label", title);
  // Not `disabled`: a button that switches itself off would take the focus with it.
  const isOff = () => made.getAttribute("aria-disabled") === "true";
  made.addEventListener("click", () => {
    if (!isOff()) (open ? open() : run(editor.chain().focus()).run());
  });
  editor.on("transaction", () => {
    made.setAttribute("aria-pressed", String(isActive(editor)));
    made.setAttribute("aria-disabled", String(!can(editor)));
  });
  return made;
}

function moves(bar, editor) {
  const all = [...bar.querySelectorAll("button")];
  let current = all[0];
  const stop = (made) => {
    current.tabIndex = -1;
    current = made;
    current.tabIndex = 0;
  };
  stop(current);
  bar.addEventListener("focusin", (event) => all.includes(event.target) && stop(event.target));
  bar.addEventListener("keydown", (event) => {
    const ahead = getComputedStyle(bar).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const at = all.indexOf(current);
    const step = event.key === ahead ? 1 : -1;
    const to = { ArrowLeft: at + step, ArrowRight: at + step, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape") editor.commands.focus();
    if (to === undefined) return;
    event.preventDefault();
    all[(to + all.length) % all.length].focus();
  });
  editor.view.dom.addEventListener("keydown", (event) => {
    if (event.key !== "F10" || !event.altKey) return;
    event.preventDefault();
    current.focus();
  });
}
