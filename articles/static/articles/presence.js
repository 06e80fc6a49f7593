// Tells the server that this story is open here, and the writer who else has it open, and when
// somebody else saved it.

import { fill } from "./status.js";

const EVERY = 15000;

export function presence(form, box, words, saving) {
  const names = new Intl.ListFormat(document.documentElement.lang, { type: "conjunction" });
  const isReading = form.hasAttribute("data-reading");
  const isolated = (name) => `\u2068${name}\u2069`;

  async function beat(more = {}) {
    if (!form.dataset.presence || document.hidden) return;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    const before = form.elements.version.value;
    try {
      const answer = await fetch(form.dataset.presence, { method: "POST", body, headers: { Accept: "application/json" } });
      if (!answer.headers.get("Content-Type")?.includes("json")) return answer.status < 500 && saving.checkSession();
      if (!answer.ok) return;
      tell(await answer.json(), before);
    } catch {
      // No network: the line of the autosave says so.
    }
  }

  function tell({ others, writing, version, by }, before) {
    const also = () => fill(words.others, { names: names.format(others.map(isolated)) });
    const said = isReading ? writing : others.length ? also() : "";
    if (box.textContent !== said) box.textContent = said;
    box.hidden = !said;
    // A save of this very page may have been under way.
    const isOwn = form.elements.version.value !== before || saving.isBusy?.();
    if (!isOwn && String(version) !== before) saving.stale(by, version);
  }

  function leave() {
    if (!form.dataset.presence) return;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    body.set("leave", "1");
    navigator.sendBeacon(form.dataset.presence, body);
  }

  beat();
  setInterval(beat, EVERY);
  document.addEventListener("visibilitychange", () => beat());
  form.addEventListener("newsroom:saved", () => beat());
  window.addEventListener("pagehide", leave);
}
