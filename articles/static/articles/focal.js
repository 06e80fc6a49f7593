// The focal point of a picture, set by pointing at it; the number fields say the same.

const stage = document.querySelector("[data-focal]");

if (stage) {
  const across = document.querySelector("#id_focal_x");
  const down = document.querySelector("#id_focal_y");
  const mark = stage.querySelector("[data-mark]");
  const image = stage.querySelector("img");
  const crops = document.querySelectorAll("[data-crop]");
  const within = (value) => Math.min(100, Math.max(0, value));

  // Where a crop of this ratio is cut: the point in its middle, as near as the edges let it be.
  // What is cut off is the part of the picture that `object-position` counts in.
  function position(crop, x, y) {
    const wide = image.naturalWidth / image.naturalHeight / (crop.clientWidth / crop.clientHeight);
    const place = (at, shown) => (shown < 1 ? within(((at / 100 - shown / 2) / (1 - shown)) * 100) : 50);
    return `${place(x, 1 / wide)}% ${place(y, wide)}%`;
  }

  function show() {
    const [x, y] = [across, down].map((input) => within(Number(input.value === "" ? 50 : input.value)));
    mark.hidden = false;
    // Measured on the picture, whose first pixel is at its physical left in every script.
    mark.style.setProperty("--x", `${x}%`);
    mark.style.setProperty("--y", `${y}%`);
    for (const crop of crops) crop.style.objectPosition = position(crop, x, y);
  }

  stage.addEventListener("click", (event) => {
    const box = image.getBoundingClientRect();
    const share = (at, from, size) => Math.round(within(((at - from) / size) * 100));
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
    const moved = (input, by) => (input.value = within(Number(input.value === "" ? 50 : input.value) + by * (event.shiftKey ? 10 : 1)));
    moved(across, step[0]);
    moved(down, step[1]);
    show();
  });
  for (const input of [across, down]) input.addEventListener("input", show);
  if (image.complete) show();
  image.addEventListener("load", show);
  window.addEventListener("resize", show);
}
