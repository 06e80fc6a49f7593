// Saves the form by itself while somebody writes: three seconds after the last key, and at most
// every fifteen. One request at a time; never while the form itself is being sent.

import { element } from "./dialog.js";

const [PAUSE, LONGEST, AGAIN] = [3000, 15000, 15000];

const isJson = (answer) => answer.headers.get("Content-Type")?.includes("json");

export function autosave(form, words, show, kept) {
  const token = () => form.querySelector("[name=csrfmiddlewaretoken]");
  const state = {
    changes: 0, saved: 0, since: 0, busy: false, leaving: false, isLost: false, isRenewed: false, news: "",
    stopped: form.hasAttribute("data-conflict"),
  };
  let waiting;

  function later(delay, step = save) {
    clearTimeout(waiting);
    waiting = setTimeout(() => attempt(step), delay);
  }

  function changed() {
    state.changes += 1;
    state.since ||= Date.now();
    kept.soon();
    if (state.stopped || state.isLost) return;
    if (!state.busy) show("unsaved");
    later(Math.min(PAUSE, Math.max(0, state.since + LONGEST - Date.now())));
  }

  async function attempt(step) {
    if (state.leaving) return;
    if (state.busy) return later(PAUSE, step);
    const changes = state.changes;
    state.busy = true;
    try {
      await step();
    } catch {
      failed("offline");
      later(AGAIN, step);
    }
    state.busy = false;
    if (state.changes !== changes && !state.isLost && !state.stopped) later(PAUSE);
  }

  async function save() {
    if (state.stopped || state.changes === state.saved) return (state.isRenewed = false);
    const [changes, body] = [state.changes, new FormData(form)];
    show("saving");
    const headers = { Accept: "application/json", "X-CSRFToken": token().value };
    await take(await fetch(form.dataset.autosave, { method: "POST", body, headers }), changes);
  }

  async function take(answer, changes) {
    if (!isJson(answer) && answer.status < 500 && !state.isRenewed) return renew();
    if (answer.status >= 500) return failed("server"), later(AGAIN);
    if (!isJson(answer)) return refused(words.reload);
    state.isRenewed = false;
    const data = await answer.json();
    if (answer.ok) return done(data, changes);
    if (answer.status === 409) return stale(data.by, data.version);
    refused(data.message);
  }

  function done(data, changes) {
    form.elements.version.value = data.version;
    if (form.dataset.autosave !== data.autosave) found(data);
    [state.saved, state.since] = [changes, 0];
    state.news ||= data.voided ? "voided" : data.is_edited && !form.querySelector("[data-edited]") ? "edited" : "";
    if (state.changes === changes) {
      kept.forget();
      show(state.news || "saved", { time: data.at });
      state.news = "";
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

  function refused(why) {
    kept.now();
    show("refused", { why });
  }

  // What cannot be sent is kept here; where the browser keeps nothing, that is what is said.
  function failed(kind, values = {}, more = null) {
    show(kept.now() ? kind : "unkept", values, more);
  }

  // Nothing is saved until the writer chose; a later save of somebody else's is told as well.
  function stale(name, version) {
    if (state.told === version) return;
    [state.stopped, state.told] = [true, version];
    kept.now();
    show("stale", { name }, element("button", { type: "submit", class: "text-button", "data-save-anyway": true }, words.compare));
  }

  // The session has ended, or another one began in this browser: then its token is another.
  async function renew() {
    const answer = await fetch(form.dataset.token, { headers: { Accept: "application/json" } });
    if (answer.status >= 500) throw new Error(answer.status);
    const session = answer.ok && isJson(answer) ? await answer.json() : null;
    if (session && String(session.user) === form.dataset.user) return resume(session);
    [state.isLost, state.isRenewed] = [true, false];
    if (session) failed("another", { name: session.name }, element("button", { type: "button", class: "text-button", onclick: () => adopt(session) }, words.save_as));
    else failed("signed_out", {}, element("a", { href: form.dataset.signIn, target: "_blank", rel: "opener" }, words.sign_in));
    later(AGAIN / 3, renew);
  }

  function resume(session) {
    for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = session.token;
    if (state.isLost && state.changes === state.saved) show("signed_in");
    [state.isLost, state.isRenewed] = [false, true];
    later(0);
  }

  // Somebody else signed in here, and is to save what stands in the form under their own name.
  function adopt(session) {
    form.dataset.user = session.user;
    resume(session);
  }

  function checkSession() {
    if (!state.isLost && !state.busy) attempt(() => renew().then(() => (state.isRenewed = false)));
  }

  form.addEventListener("input", changed);
  form.addEventListener("submit", () => {
    state.leaving = true;
    clearTimeout(waiting);
    kept.now();
  });
  window.addEventListener("pageshow", () => (state.leaving = false));
  window.addEventListener("online", () => later(0, state.isLost ? renew : save));
  window.addEventListener("focus", () => state.isLost && attempt(renew));
  window.addEventListener("beforeunload", (event) => {
    if (!state.leaving && state.changes !== state.saved) event.preventDefault();
  });
  return { changed, stale, checkSession, isBusy: () => state.busy };
}
