// On every page of the desk: the menus of the header, the key of the quick search, and a mark
// by which the public pages of this browser know that the desk may be asked for an edit link.
const MARK = "newsroom-desk";
const menus = [...document.querySelectorAll("[data-menu]")];
const search = document.querySelector("[data-quick-search]");

try {
  // The mark is the desk's address, which no public page knows.
  const { desk } = document.body.dataset;
  if (desk) localStorage.setItem(MARK, desk);
  else localStorage.removeItem(MARK);
} catch {
  // No storage in this browser: no edit links on public pages, and nothing else is lost.
}

// On a phone the header's menus, and the filters of a list, wait behind a button.
document.addEventListener("click", (event) => {
  const fold = event.target.closest("[data-fold]");
  if (fold) unfold(fold, fold.getAttribute("aria-expanded") !== "true");
  for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus();
  if (event.key === "/" && search && !isWriting(event)) {
    event.preventDefault();
    unfold(document.querySelector("#header [data-fold]"), true);
    search.focus();
    search.select();
  }
});

function unfold(button, isOpen) {
  button?.setAttribute("aria-expanded", String(isOpen));
}

function closeMenus() {
  for (const menu of menus.filter((one) => one.open)) {
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
}

function isWriting(event) {
  const { target } = event;
  const hasModifier = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  return hasModifier || target.isContentEditable || target.matches?.("input, textarea, select");
}
