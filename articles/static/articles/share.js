// The addresses of share links: selected whole as soon as they are touched, copied by a button.

function copying(button, input) {
  const before = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(input.value);
    button.textContent = button.dataset.copied;
    setTimeout(() => (button.textContent = before), 3000);
  });
}

for (const input of document.querySelectorAll("[data-share]")) {
  input.addEventListener("focus", () => input.select());
  if (navigator.clipboard) copying(input.nextElementSibling, input);
}
