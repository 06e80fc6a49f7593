// Brings the form to the comment that is answered, so that the reader keeps sight of it. Without
// script the same link reloads the page with the form addressed to that comment.
const respond = document.querySelector("#respond");
const parent = respond?.querySelector("[name=comment_parent]");
const title = respond?.querySelector("[data-reply-title]");
const cancel = respond?.querySelector("#cancel-comment-reply-link");

if (parent && title && cancel) {
  const home = document.createElement("div");
  home.hidden = true;
  respond.before(home);

  const setTitle = (pattern, name) => {
    const [before, after = ""] = pattern.split("{name}");
    title.replaceChildren(before);
    if (name !== undefined) {
      const isolated = document.createElement("bdi");
      isolated.textContent = name;
      title.append(isolated, after);
    }
  };

  const reply = (link) => {
    parent.value = link.dataset.reply;
    setTitle(title.dataset.replyTitle, link.dataset.replyName);
    cancel.hidden = false;
    link.closest(".comment-body").after(respond);
    respond.querySelector("#comment").focus();
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-reply]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    reply(link);
  });

  cancel.addEventListener("click", (event) => {
    event.preventDefault();
    const answered = parent.value;
    parent.value = "";
    setTitle(title.dataset.plainTitle);
    cancel.hidden = true;
    home.after(respond);
    document.querySelector(`[data-reply="${CSS.escape(answered)}"]`)?.focus();
  });
}
