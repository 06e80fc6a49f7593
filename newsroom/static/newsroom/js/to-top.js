// The link at the foot works by itself. Here it floats while the reader is deep in the page, and
// goes back to its place whenever it could lie over the comment form or the thing in focus.
const holder = document.querySelector("[data-to-top]");
const form = document.querySelector("#respond");
const foot = document.querySelector("[data-colophon]");

if (holder) {
  const near = new Set();
  let hasFocus = false;

  const settle = () => {
    const isDeep = window.scrollY > 2 * window.innerHeight;
    holder.classList.toggle("is-floating", isDeep && near.size === 0 && !hasFocus);
  };

  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      near[isIntersecting ? "add" : "delete"](target);
    }
    settle();
  });
  for (const target of [form, foot, holder.parentElement === foot ? null : holder]) {
    if (target) watcher.observe(target);
  }

  document.addEventListener("focusin", ({ target }) => {
    hasFocus = !holder.contains(target) && target.matches("a, button, input, textarea, select")
      && target.matches(":focus-visible");
    settle();
  });
  document.addEventListener("focusout", () => {
    hasFocus = false;
    settle();
  });
  window.addEventListener("scroll", settle, { passive: true });
}
