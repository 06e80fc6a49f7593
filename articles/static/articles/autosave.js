// Saves the form by itself while somebody writes: three seconds after the last key, and at most
// every fifteen. One request at a time; never while the form itself is being sent.

import { element } from "./dialog.js";

const [PAUSE, LONGEST, AGAIN] = [3000, 15000, 15000];

export function autosave(form, words, show, kept) {
  const token = () => form.querySelector("[name=csrfmiddlewaretoken]");
  const state = { changes: 0, saved: 0, since: 0, busy: false, leaving: false, stopped: form.hasAttribute("data-conflict") };
  let waiting;

  function later(delay) {
    clearTimeout(waiting);
    waiting = setTimeout(save, delay);
  }

  function changed() {
    state.changes += 1;
    state.since ||= Date.now();
    kept.soon();
    if (state.stopped) return;
    if (!state.busy) show("unsaved");
    later(Math.min(PAUSE, Math.max(0, state.since + LONGEST - Date.now())));
  }

  async function save() {
    if (state.busy || state.leaving || state.stopped || state.changes === state.saved) return;
    const [changes, body] = [state.changes, new FormData(form)];
    state.busy = true;
    show("saving");
    try {
      await take(await send(body), changes);
    } catch {
      kept.now();
      show("offline");
      later(AGAIN);
    }
    state.busy = false;
    if (state.changes !== changes) later(PAUSE);
  }

  const send = (body) => fetch(form.dataset.autosave, {
    method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token().value },
  });

  async function take(answer, changes) {
    const isJson = answer.headers.get("Content-Type")?.includes("json");
    if (!isJson && answer.status === 403) return renew();
    if (!isJson) throw new Error(answer.status);
    const data = await answer.json();
    if (answer.ok) return done(data, changes);
    kept.now();
    if (answer.status === 409) return stale(data.by, data.version);
    show("refused", { why: data.message });
  }

  function done(data, changes) {
    form.elements.version.value = data.version;
    if (form.dataset.autosave !== data.autosave) found(data);
    [state.saved, state.since] = [changes, 0];
    if (state.changes === changes) {
      kept.forget();
      show(data.voided ? "voided" : "saved", { time: data.at });
    }
    form.dispatchEvent(new CustomEvent("newsroom:saved", { detail: data, bubbles: true }));
  }

  // The draft of a new story has been made: from now on this is its page.
  function found(data) {
    kept.forget();
    form.action = data.change;
    form.dataset.keep = form.dataset.keep.replace(/[^:]*$/, data.pk);
    Object.assign(form.dataset, { autosave: data.autosave, presence: data.presence });
    history.replaceState(null, "", data.change);
  }

  // Nothing is saved until the writer chose; a later save of somebody else's is told as well.
  function stale(name, version) {
    if (state.told === version) return;
    [state.stopped, state.told] = [true, version];
    kept.now();
    const compare = element("button", { type: "submit", class: "text-button", "data-save-anyway": true }, words.compare);
    show("stale", { name }, compare);
  }

  // The session has ended, or another one began in this browser: only then is its token another.
  async function renew() {
    const answer = await fetch(form.dataset.token, { headers: { Accept: "application/json" } });
    if (answer.ok && answer.headers.get("Content-Type")?.includes("json")) {
      const fresh = (await answer.json()).token;
      for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = fresh;
      return later(0);
    }
    kept.now();
    const link = element("a", { href: form.dataset.signIn, target: "_blank", rel: "opener" }, words.sign_in);
    show("signed_out", {}, link);
    later(AGAIN / 3);
  }

  form.addEventListener("input", changed);
  form.addEventListener("submit", () => {
    state.leaving = true;
    clearTimeout(waiting);
    kept.now();
  });
  window.addEventListener("pageshow", () => (state.leaving = false));
  window.addEventListener("online", () => later(0));
  window.addEventListener("focus", () => form.querySelector("[data-status=signed_out]") && later(0));
  window.addEventListener("beforeunload", (event) => {
    if (!state.leaving && state.changes !== state.saved) event.preventDefault();
  });
  return { changed, stale };
}
