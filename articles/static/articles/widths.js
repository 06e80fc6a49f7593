// The preview at the width of a telephone, a tablet or a desk: without loading it again.

const box = document.querySelector("[data-widths]");
const frame = box?.querySelector("iframe");

for (const link of box?.querySelectorAll("[data-width]") ?? []) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    frame.className = `is-${link.dataset.width}`;
    for (const each of box.querySelectorAll("[data-width]")) each.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    history.replaceState(null, "", link.href);
  });
}
