// Many pictures at once: each with its progress, its complaint, and its texts.

import { element, field } from "./dialog.js";

const box = document.querySelector("[data-upload]");
const token = () => box.querySelector("[name=csrfmiddlewaretoken]").value;
// The credit that was said to be everybody's: files that come later get it too.
let shared = "";

function send(file, bar) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.set("original", file);
    request.open("POST", box.dataset.upload);
    request.setRequestHeader("X-CSRFToken", token());
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", ({ loaded, total }) => (bar.value = total ? loaded / total : 0));
    // Sent whole: now its sizes are made, which takes no one knows how long.
    request.upload.addEventListener("load", () => bar.removeAttribute("value"));
    request.addEventListener("load", () => resolve(request));
    request.addEventListener("error", reject);
    request.send(body);
  });
}

// What was answered; without a session the sign-in answers, after a redirect.
function read(text, isJson, isRefused) {
  if (isJson) return JSON.parse(text);
  throw new Error(isRefused ? "refused" : "failed");
}

function texts(picture, words, row) {
  const lang = box.dataset.language;
  const line = (name, required) => element("input", { type: "text", name, required, dir: "auto", lang, value: picture[name] });
  const form = element("form", { class: "upload-texts" }, field(words.alt, line("alt", true)), field(words.caption, line("caption", false)),
    field(words.credit, line("credit", true)), element("button", { type: "submit", class: "button default" }, words.save),
    element("button", { type: "button", class: "button", onclick: () => sameCredit(form.elements.credit.value) }, words.same_credit));
  form.elements.credit.value ||= shared;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new FormData(form);
    body.set("image", picture.id);
    body.set("language", lang);
    try {
      const answer = await fetch(box.dataset.describe, { method: "POST", body, headers: { "X-CSRFToken": token() } });
      const isJson = answer.headers.get("Content-Type")?.includes("json");
      const data = read(await answer.text(), isJson, answer.redirected || answer.status === 403);
      if (data.errors) return say(row, Object.values(data.errors).join(" "), true);
      say(row, "");
      const ready = element("p", { class: "is-ready", tabindex: "-1" }, words.ready);
      form.replaceWith(ready);
      (box.querySelector("[data-uploads] form input") ?? ready).focus();
    } catch (error) {
      say(row, words[error.message] ?? words.failed, true);
    }
  });
  return form;
}

function sameCredit(text) {
  shared = text;
  for (const input of box.querySelectorAll("[data-uploads] [name=credit]")) input.value ||= text;
}

function say(row, text, isRefusal = false) {
  row.classList.toggle("is-refused", isRefusal);
  row.querySelector("[data-note]").textContent = text;
}

function rowOf(file, words) {
  const bar = element("progress", { max: 1, value: 0, "aria-label": file.name, hidden: true });
  const note = element("p", { "data-note": true, role: "status" }, words.waiting);
  const row = element("li", {}, element("bdi", { class: "upload-name" }, file.name), bar, note);
  box.querySelector("[data-uploads]").append(row);
  return { row, bar };
}

async function upload(file, { row, bar }, words) {
  say(row, "");
  if (file.size > Number(box.dataset.maxBytes)) return say(row, words.too_heavy, true);
  bar.hidden = false;
  try {
    const request = await send(file, bar);
    const isJson = request.getResponseHeader("Content-Type")?.includes("json");
    const isElsewhere = new URL(request.responseURL).pathname !== box.dataset.upload;
    const data = read(request.responseText, isJson, request.status === 403 || isElsewhere);
    if (data.errors) return say(row, Object.values(data.errors).join(" "), true);
    const { picture } = data;
    row.prepend(element("img", { src: picture.thumbnail, alt: "", width: 160, height: 90 }));
    row.append(element("a", { href: picture.edit }, words.open));
    if (picture.is_known) say(row, words.known);
    if (!picture.alt || !picture.credit) row.append(texts(picture, words, row));
  } catch (error) {
    say(row, words[error.message] ?? words.failed, true);
  } finally {
    bar.remove();
  }
}

function listen(words) {
  // One after the other: each is encoded in many sizes, and two would only wait for each other.
  let queue = Promise.resolve();
  let waiting = 0;
  const take = (files) => {
    for (const file of files) {
      const made = rowOf(file, words);
      waiting += 1;
      queue = queue.then(() => upload(file, made, words)).finally(() => (waiting -= 1));
    }
  };
  box.querySelector("[type=file]").addEventListener("change", ({ target }) => {
    take([...target.files]);
    target.value = "";
  });
  // On the whole page: a file that is dropped beside the box would leave the page.
  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      box.classList.toggle("is-over", name === "dragover");
      if (name === "drop") take([...event.dataTransfer.files]);
    });
  }
  window.addEventListener("beforeunload", (event) => waiting && event.preventDefault());
}

if (box) {
  box.hidden = false;
  listen(JSON.parse(box.dataset.uploadWords));
}
