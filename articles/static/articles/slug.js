// The address as it will be: the server makes the slug, from the headline where none is typed.

const form = document.querySelector("form[data-story]");
const box = form?.querySelector("[data-slug-box]");

async function propose(typed) {
  const answer = await fetch(`${box.dataset.propose}?${new URLSearchParams(typed)}`, { headers: { Accept: "application/json" } });
  return answer.ok && !answer.redirected ? (await answer.json()).slug : "";
}

function start({ slug, headline }) {
  const shown = box.querySelector("[data-shown]");
  const changes = box.querySelector("[data-changes]");
  let waiting;
  let asked = 0;
  async function show() {
    asked += 1;
    const question = asked;
    const made = await propose({ slug: slug.value, headline: headline.value }).catch(() => "");
    if (question !== asked || !made) return;
    slug.placeholder = slug.value ? "" : made;
    shown.textContent = made;
    if (changes) changes.hidden = made === changes.parentElement.dataset.public;
  }
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 300);
  };
  slug.addEventListener("input", soon);
  headline.addEventListener("input", () => slug.value || soon());
  if (changes && slug.value) changes.hidden = slug.value === changes.parentElement.dataset.public;
}

function copying(button) {
  const before = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(box.querySelector("[data-address]").textContent);
    button.textContent = button.dataset.copied;
    setTimeout(() => (button.textContent = before), 3000);
  });
}

if (box) {
  start(form.elements);
  const button = box.querySelector("[data-copy]");
  if (button && navigator.clipboard) copying(button);
}
