// The preview at the width of a telephone, a tablet or a desk.

const box = document.querySelector("[data-widths]");
const frame = box?.querySelector("iframe");

for (const button of box?.querySelectorAll("[data-width]") ?? []) {
  button.addEventListener("click", () => {
    frame.className = `is-${button.dataset.width}`;
    for (const each of box.querySelectorAll("[data-width]")) each.setAttribute("aria-pressed", String(each === button));
  });
}
