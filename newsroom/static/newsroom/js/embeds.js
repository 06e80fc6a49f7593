// Posts and films of other sites: nothing of theirs is loaded before somebody asks for it.
for (const figure of document.querySelectorAll("[data-frame]")) {
  const button = figure.querySelector("[data-embed-show]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const frame = document.createElement("iframe");
    frame.src = figure.dataset.frame;
    frame.title = figure.dataset.title;
    frame.className = "embed-frame";
    frame.allow = "fullscreen; encrypted-media; picture-in-picture";
    frame.referrerPolicy = "strict-origin-when-cross-origin";
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-presentation");
    figure.querySelector(".embed-card").replaceWith(frame);
    frame.focus();
  });
}
