// Tables of the desk: a phone does not show their headings, so that each cell names its own.
const EMPTY = /^-?$/;

for (const table of document.querySelectorAll("table#result_list, .tabular table")) {
  const heads = [...table.querySelectorAll("thead th")].map((cell) => (cell.querySelector(".text") ?? cell).textContent.trim());
  for (const row of table.tBodies[0]?.rows ?? []) nameCells([...row.cells], heads);
}

function nameCells(cells, heads) {
  // A row of a form has one cell more, the first, than its table has headings.
  const more = cells.length - heads.length;
  cells.forEach((cell, at) => {
    const name = heads[at - Math.max(more, 0)];
    if (name) cell.dataset.name = name;
    if (EMPTY.test(cell.textContent.trim()) && !cell.querySelector("img, input, select, button")) cell.dataset.empty = "";
  });
}
