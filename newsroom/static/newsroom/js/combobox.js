// Select2, by which the admin chooses among many rows, gives its boxes no name. Their label is there.

function name(select) {
  const label = select.id && document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
  const box = select.nextElementSibling?.querySelector("[role=combobox]");
  const shown = box?.querySelector("[role=textbox]");
  if (!label || !shown || shown.hasAttribute("aria-labelledby")) return;
  label.id ||= `${select.id}-label`;
  shown.setAttribute("aria-labelledby", label.id);
  box.setAttribute("aria-labelledby", `${label.id} ${shown.id}`);
}

const nameAll = () => document.querySelectorAll("select.admin-autocomplete").forEach(name);

// The admin makes them some time after the page is there, and again for each row that is added.
const form = document.querySelector("#content-main form");
if (form?.querySelector("select.admin-autocomplete")) {
  new MutationObserver(nameAll).observe(form, { childList: true, subtree: true });
  nameAll();
}
