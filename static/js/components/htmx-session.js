/** htmx meets the end of a session: the login in place, then the same request once more. */
import { logInAgain } from "./login-again.js";
import { toast } from "./toast.js";

const PATIENCE = 15_000; // ms until what asks by itself asks again

document.addEventListener("htmx:beforeSwap", async (event) => {
  const { requestConfig, xhr, target } = event.detail;
  const { elt, verb, path } = requestConfig;
  const asked = new URL(path, location.href).pathname;
  if (!xhr.responseURL || new URL(xhr.responseURL).pathname === asked) return;
  event.preventDefault(); // the answer is the login page: not to be shown inside another
  if (elt.matches("[data-progress]")) {
    setTimeout(() => htmx.trigger(elt, "again"), PATIENCE); // nobody has pressed anything
    return;
  }
  if (await logInAgain()) htmx.ajax(verb, path, { source: elt, target });
  else toast(gettext("Your session has expired. Log in again, then try again."), { kind: "error" });
});
