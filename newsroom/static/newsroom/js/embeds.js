// A post or a film of another site is asked for when a reader presses its button, and never before.

const ALLOWED = "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-presentation allow-forms";

function load(card) {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", ALLOWED);
  frame.setAttribute("allow", "fullscreen; picture-in-picture; encrypted-media; web-share");
  frame.referrerPolicy = "strict-origin-when-cross-origin";
  frame.title = card.dataset.title;
  frame.className = "embed-frame";
  frame.src = card.dataset.frame;
  card.querySelector(".embed-name").replaceWith(frame);
  for (const part of card.querySelectorAll(".embed-notice, .embed-button")) part.remove();
  card.classList.add("is-loaded");
  frame.focus();
}

for (const card of document.querySelectorAll("[data-frame]")) {
  for (const part of card.querySelectorAll("[hidden]")) part.hidden = false;
  card.querySelector(".embed-button").addEventListener("click", () => load(card));
}
