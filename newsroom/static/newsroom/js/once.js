// A second press on the button, on a slow line, would be answered as a duplicate, and the reader
// would never see what became of the first. After a while, and on coming back, it counts again.
const PATIENCE = 10_000;
const form = document.querySelector("#commentform");
let sentAt = -Infinity;

form?.addEventListener("submit", (event) => {
  if (event.timeStamp - sentAt < PATIENCE) event.preventDefault();
  else sentAt = event.timeStamp;
});
window.addEventListener("pageshow", () => {
  sentAt = -Infinity;
});
