// On a phone the row of sections is longer than the screen: show where the reader is.
const row = document.querySelector("[data-sections]");
const current = row?.querySelector("[aria-current]");

if (row && current && row.scrollWidth > row.clientWidth) {
  const offset = current.getBoundingClientRect().x - row.getBoundingClientRect().x;
  row.scrollBy(offset - (row.clientWidth - current.clientWidth) / 2, 0);
}
