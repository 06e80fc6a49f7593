// The state, the moves and the history beside the text: fetched anew when a save changed them, as
// when it voided an approval. What somebody types into a move meanwhile stays.

const parts = (root) => [...root.querySelectorAll("[data-fresh]")];

function typed(part) {
  const inputs = [...part.querySelectorAll("input, textarea, select")].filter((input) => input.name);
  return new Map(inputs.filter((input) => input.value !== input.defaultValue).map((input) => [input.name, input.value]));
}

const keyOf = (control) => control?.name && [control.name, control.type === "submit" ? control.value : null];

function find(part, [name, value]) {
  return [...part.querySelectorAll("[name]")].find((each) => each.name === name && (value === null || each.value === value));
}

function replace(old, fresh) {
  const [values, focused] = [typed(old), old.contains(document.activeElement) && keyOf(document.activeElement)];
  const open = new Set([...old.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent));
  old.replaceChildren(...fresh.childNodes);
  for (const summary of old.querySelectorAll("details > summary")) {
    if (open.has(summary.textContent)) summary.parentElement.open = true;
  }
  for (const input of old.querySelectorAll("input, textarea, select")) {
    if (values.has(input.name)) input.value = values.get(input.name);
  }
  old.dispatchEvent(new CustomEvent("newsroom:fresh", { bubbles: true }));
  // A button that is withdrawn leaves the focus where the moves stand.
  if (focused) (find(old, focused) ?? old.querySelector("button, input, textarea"))?.focus();
}

export function progress(form) {
  const line = () => form.querySelector("[data-state-line]");

  async function refresh(address) {
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = new Map(parts(page).map((part) => [part.dataset.fresh, part]));
      for (const part of parts(form)) if (found.has(part.dataset.fresh)) replace(part, found.get(part.dataset.fresh));
    } catch {
      // The next save asks again: the line still says what it said.
    }
  }

  form.addEventListener("newsroom:saved", ({ detail }) => {
    const isShown = line().dataset.stateLine === detail.state && "edited" in line().dataset === detail.is_edited;
    if (!isShown) refresh(detail.progress);
  });
}
