// The panel “Before publishing”: asked for anew after each save, and each line leads to its field.

const form = document.querySelector("form[data-story]");
const panel = form?.querySelector("[data-checklist]");
const TEXT_PARTS = { heading: "h2, h3, h4", link: "a:not(figure[data-embed] a)", picture: "img:not(.ProseMirror-separator)", table: "table", embed: "figure[data-embed]" };

async function refresh(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    panel.querySelector("[data-findings]").replaceChildren(...fresh.body.childNodes);
  } catch {
    // Without a connection the lines of the last save stay; the form itself says what is wrong.
  }
}

// The part of the text a line speaks of: "link 2" is the third link.
function inText(at) {
  const text = form.querySelector(".ProseMirror");
  const [kind, place] = at.split(" ");
  const part = TEXT_PARTS[kind] && text?.querySelectorAll(TEXT_PARTS[kind])[Number(place)];
  text?.focus();
  if (!part) return text;
  const range = document.createRange();
  range.selectNodeContents(part);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  return part;
}

function focus(name) {
  const target = name === "picture" ? form.querySelector("[data-choose]")
    : form.querySelector(`[name="${name}"]`) ?? document.getElementById(name)?.querySelector("select, input");
  target?.closest("details")?.setAttribute("open", "");
  target?.focus({ preventScroll: true });
  return target;
}

if (panel) {
  form.addEventListener("newsroom:saved", (event) => {
    const made = event.detail?.checklist ?? panel.dataset.checklist;
    if (made) refresh((panel.dataset.checklist = made));
    else if (event.detail?.pk) refresh((panel.dataset.checklist = `${form.action.replace(/change\/$/, "")}checklist/`));
  });
  panel.addEventListener("click", (event) => {
    const line = event.target.closest("a[data-field]");
    if (!line?.hash) return;
    event.preventDefault();
    const target = line.dataset.field === "body_html" ? inText(line.dataset.at ?? "") : focus(line.dataset.field);
    target?.scrollIntoView({ block: "center" });
  });
}
