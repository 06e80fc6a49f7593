// A story was read once it has been in view for some seconds. Its number is all that is told: no
// cookie goes with it, and the server keeps nobody's address.
const SECONDS = 5;
const address = document.querySelector("[data-read]")?.dataset.read;
let timer = 0;

function tell() {
  document.removeEventListener("visibilitychange", wait);
  fetch(address, { method: "POST", credentials: "omit", keepalive: true }).catch(() => {});
}

function wait() {
  clearTimeout(timer);
  if (document.visibilityState === "visible") timer = setTimeout(tell, SECONDS * 1000);
}

if (address) {
  document.addEventListener("visibilitychange", wait);
  wait();
}
