// Many pictures at once: each with its progress, its complaint, and its texts.

import { element, field } from "./dialog.js";

const box = document.querySelector("[data-upload]");

function send(file, bar) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const body = new FormData();
    body.set("original", file);
    request.open("POST", box.dataset.upload);
    request.setRequestHeader("X-CSRFToken", box.querySelector("[name=csrfmiddlewaretoken]").value);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", ({ loaded, total }) => (bar.value = total ? loaded / total : 0));
    request.addEventListener("load", () => resolve(request));
    request.addEventListener("error", reject);
    request.send(body);
  });
}

function texts(picture, words, row) {
  const line = (name, required) => element("input", { type: "text", name, required, dir: "auto", lang: box.dataset.language });
  const form = element("form", { class: "upload-texts" }, field(words.alt, line("alt", true)), field(words.caption, line("caption", false)),
    field(words.credit, line("credit", true)), element("button", { type: "submit", class: "button default" }, words.save),
    element("button", { type: "button", class: "button", onclick: () => sameCredit(form.elements.credit.value) }, words.same_credit));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new FormData(form);
    body.set("image", picture.id);
    body.set("language", box.dataset.language);
    const token = box.querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(box.dataset.describe, { method: "POST", body, headers: { "X-CSRFToken": token } }).catch(() => null);
    const data = answer?.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    if (data.picture) form.replaceWith(element("p", { class: "is-ready" }, words.ready));
    else say(row, data.errors ? Object.values(data.errors).join(" ") : words.failed);
  });
  return form;
}

function sameCredit(text) {
  for (const input of box.querySelectorAll("[data-uploads] [name=credit]")) input.value ||= text;
}

function say(row, text) {
  row.querySelector("[data-note]").textContent = text;
}

async function upload(file, words) {
  const bar = element("progress", { max: 1, value: 0, "aria-label": file.name });
  const row = element("li", {}, element("bdi", { class: "upload-name" }, file.name), bar, element("p", { "data-note": true, role: "status" }));
  box.querySelector("[data-uploads]").append(row);
  try {
    const request = await send(file, bar);
    const isJson = request.getResponseHeader("Content-Type")?.includes("json");
    if (!isJson) throw new Error(request.status === 403 ? "refused" : "failed");
    const data = JSON.parse(request.responseText);
    if (data.errors) return say(row, Object.values(data.errors).join(" "));
    const { picture } = data;
    row.prepend(element("img", { src: picture.thumbnail, alt: "", width: 160, height: 90 }));
    row.append(element("a", { href: picture.edit }, words.open));
    if (picture.is_known) say(row, words.known);
    if (!picture.alt || !picture.credit) row.append(texts(picture, words, row));
  } catch (error) {
    say(row, words[error.message] ?? words.failed);
  } finally {
    bar.remove();
  }
}

if (box) {
  const words = JSON.parse(box.dataset.uploadWords);
  // One after the other: each is encoded in many sizes, and two would only wait for each other.
  let queue = Promise.resolve();
  const take = (files) => {
    for (const file of files) queue = queue.then(() => upload(file, words));
  };
  box.hidden = false;
  box.querySelector("[type=file]").addEventListener("change", ({ target }) => {
    take([...target.files]);
    target.value = "";
  });
  for (const name of ["dragover", "dragleave", "drop"]) {
    box.addEventListener(name, (event) => {
      event.preventDefault();
      box.classList.toggle("is-over", name === "dragover");
      if (name === "drop") take([...event.dataTransfer.files]);
    });
  }
}
