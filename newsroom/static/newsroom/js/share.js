// Two more ways to pass a story on, for browsers that have them: the system's own sheet and a
// plain copy of the address.
const share = document.querySelector("[data-share]");

if (share) {
  const { url, title } = share.dataset;
  const copy = share.querySelector("[data-copy]");
  const sheet = share.querySelector("[data-sheet]");

  if (copy && navigator.clipboard) {
    const word = copy.querySelector("[data-copy-word]");
    const before = word.textContent;
    copy.closest("[hidden]")?.removeAttribute("hidden");
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(url);
      word.textContent = copy.dataset.copied;
      setTimeout(() => {
        word.textContent = before;
      }, 3000);
    });
  }

  if (sheet && navigator.share) {
    sheet.closest("[hidden]")?.removeAttribute("hidden");
    sheet.addEventListener("click", () => navigator.share({ title, url }).catch(() => {}));
  }
}
