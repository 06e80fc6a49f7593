// A change of the source is dealt with without leaving the text: the panel alone comes anew.

const form = document.querySelector("#source-form");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  body.set("fragment", "1");
  body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
  const panel = document.querySelector("[data-source]");
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
  if (!panel || !answer?.ok || answer.redirected) return HTMLFormElement.prototype.submit.call(withButton(event.submitter));
  panel.outerHTML = await answer.text();
  document.querySelector("[data-source] [form=source-form], [data-source] summary")?.focus();
});

// Sent the plain way, the pressed button's value goes along.
function withButton(button) {
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name: button.name, value: button.value });
  form.append(input);
  return form;
}
