// How long a text is, counted as the server counts: in the characters that readers see. Shown from
// half of what is possible on; said to those who hear the page where it becomes tight.
const count = document.querySelector("[data-length]");
const box = count && document.getElementById(count.dataset.length);

if (box && window.Intl?.Segmenter) {
  const { limit, digits, text, over } = count.dataset;
  const language = document.documentElement.lang;
  const said = count.parentElement.querySelector("[data-length-said]");
  const segmenter = new Intl.Segmenter(language, { granularity: "grapheme" });
  const shown = (number) => Number(number).toLocaleString(language, { numberingSystem: digits });
  let state = "";

  const measure = () => {
    // A text cannot be longer in characters than in units: most need no counting.
    const units = box.value.length;
    const length = units < limit / 2 ? units : [...segmenter.segment(box.value)].length;
    const isOver = length > limit;
    count.hidden = length < limit / 2;
    count.classList.toggle("is-over", isOver);
    count.textContent = (isOver ? over : text)
      .replace("{count}", shown(length)).replace("{limit}", shown(limit));
    const now = isOver ? "over" : length > limit * 0.9 ? "near" : "";
    if (now !== state) said.textContent = now ? count.textContent : "";
    state = now;
  };

  box.addEventListener("input", measure);
  measure();
}
