// Reports a comment in a window over the page, with the page of the report itself: the same form,
// the same answers. Without script, or where it cannot be had, the link leads to that page.
const section = document.querySelector("[data-report-failed]");

const shown = async (answer) => {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const content = page.querySelector("main .message");
  if (!content) throw new Error("no report");
  // The story's own heading is the first of this page.
  const title = document.createElement("h2");
  title.id = "report-title";
  title.tabIndex = -1;
  title.append(...content.querySelector("h1").childNodes);
  content.querySelector("h1").replaceWith(title);
  return content;
};

const put = (dialog, content) => {
  dialog.querySelector(".message")?.remove();
  dialog.prepend(document.adoptNode(content));
  for (const link of dialog.querySelectorAll(".message a")) link.remove();
  dialog.querySelector("form")?.addEventListener("submit", (event) => send(event, dialog));
  (dialog.querySelector("#report-error") ?? dialog.querySelector("#report-title")).focus();
};

async function send(event, dialog) {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const body = new URLSearchParams(new FormData(form));
    put(dialog, await shown(await fetch(form.action, { method: "POST", body })));
  } catch {
    button.disabled = false;
    const problem = dialog.querySelector("[data-problem]") ?? document.createElement("p");
    problem.dataset.problem = "";
    problem.setAttribute("role", "alert");
    problem.textContent = section.dataset.reportFailed;
    form.prepend(problem);
  }
}

async function open(link) {
  const content = await shown(await fetch(link.href));
  const dialog = document.createElement("dialog");
  const close = Object.assign(document.createElement("button"), { type: "button", className: "button" });
  close.textContent = section.dataset.close;
  close.addEventListener("click", () => dialog.close());
  dialog.className = "report-dialog";
  dialog.setAttribute("aria-labelledby", "report-title");
  dialog.append(close);
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  put(dialog, content);
}

section?.addEventListener("click", (event) => {
  const link = event.target.closest(".comment-report-link");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(link).catch(() => location.assign(link.href));
});
