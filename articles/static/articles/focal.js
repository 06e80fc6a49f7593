// The focal point of a picture, set by pointing at it; the number fields say the same.

const stage = document.querySelector("[data-focal]");

if (stage) {
  const across = document.querySelector("#id_focal_x");
  const down = document.querySelector("#id_focal_y");
  const mark = stage.querySelector("[data-mark]");
  const image = stage.querySelector("img");
  const crops = document.querySelectorAll("[data-crop]");
  const show = () => {
    const [x, y] = [across.value || 50, down.value || 50];
    mark.hidden = false;
    // Measured on the picture, whose first pixel is at its physical left in every script.
    mark.style.setProperty("--x", `${x}%`);
    mark.style.setProperty("--y", `${y}%`);
    for (const crop of crops) crop.style.objectPosition = `${x}% ${y}%`;
  };
  stage.addEventListener("click", (event) => {
    const box = image.getBoundingClientRect();
    const share = (at, from, size) => Math.round(Math.min(100, Math.max(0, ((at - from) / size) * 100)));
    across.value = share(event.clientX, box.x, box.width);
    down.value = share(event.clientY, box.y, box.height);
    show();
  });
  // A step of one hundredth; with Shift ten.
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  stage.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const moved = (input, by) => (input.value = Math.min(100, Math.max(0, Number(input.value || 50) + by * (event.shiftKey ? 10 : 1))));
    moved(across, step[0]);
    moved(down, step[1]);
    show();
  });
  across.addEventListener("input", show);
  down.addEventListener("input", show);
  show();
}
