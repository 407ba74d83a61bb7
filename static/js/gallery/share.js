/** The panel of links: makes and revokes them in place. */
import { api } from "../components/api.js";
import "../components/copy.js";
import { fromTemplate } from "../components/dialog.js";
import { toast } from "../components/toast.js";

document.addEventListener("submit", (event) => {
  const act = event.target.matches("[data-share-form]") ? create : event.target.matches("[data-revoke][data-api]") && revoke;
  // On the page of all the links a revoked one moves down the list: that is the page's own answer.
  const panel = event.target.closest("section[data-share]");
  if (!act || !panel) return;
  event.preventDefault();
  const button = event.target.querySelector("button[type=submit]");
  if (button.disabled) return;
  button.disabled = true;
  act(event.target, panel).finally(() => (button.disabled = false));
});

document.addEventListener("focusin", ({ target }) => {
  if (target.matches("[data-url]")) target.select();
});

async function create(form, panel) {
  problem(form, "");
  const { lifetime, password, view_limit: limit, with_original: original } = Object.fromEntries(new FormData(form));
  const body = { lifetime, ...(password && { password }), ...(limit && { view_limit: limit }), with_original: Boolean(original) };
  let made;
  try {
    made = await api("POST", panel.dataset.api, body);
  } catch (error) {
    return problem(form, error.message, error.attr);
  }
  form.reset();
  const told = fromTemplate(panel.querySelector("template[data-told]"));
  told.querySelector("[data-url]").value = made.url;
  panel.querySelector("[data-told-slot]").replaceChildren(told);
  told.querySelector("[data-copy]").focus();
  changed();
}

async function revoke(form, panel) {
  try {
    await api("DELETE", form.dataset.api);
  } catch (error) {
    if (error.status !== 404) return void toast(error.message, { kind: "error" });
  }
  toast(gettext("Link revoked."), { kind: "success" });
  // The button goes with its row: the keyboard goes on from the list.
  document.addEventListener("htmx:afterSettle", () => panel.querySelector("[data-links] > [tabindex]")?.focus(), { once: true });
  changed();
}

const changed = () => document.body.dispatchEvent(new CustomEvent("shares:changed"));

/** Says what is wrong: at its field, or above the form. */
function problem(form, text, attr) {
  const above = form.querySelector("[data-problem]");
  above.textContent = text;
  above.hidden = !text;
  for (const wrong of form.querySelectorAll(".is-wrong")) {
    wrong.classList.remove("is-wrong");
    wrong.querySelector(".error")?.remove();
  }
  const control = attr && form.elements.namedItem(attr);
  if (!control) return;
  control.closest(".field").classList.add("is-wrong");
  control.focus();
}
