// A dialog of the desk, and short words for making elements.

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

export function field(title, input) {
  return element("label", { class: "dialog-field" }, element("span", {}, title), input);
}

// Resolves with what `close(value)` was given, or with undefined when the dialog is dismissed.
export function openDialog(title, words, build) {
  return new Promise((resolve) => {
    let answer;
    const dialog = element("dialog", { class: "desk-dialog", "aria-label": title });
    const close = (value) => {
      answer = value;
      dialog.close();
    };
    const cross = element("button", { type: "button", class: "dialog-close", "aria-label": words.close, onclick: () => close() }, "✕");
    dialog.append(element("header", {}, element("h2", {}, title), cross), ...build(close));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
