/**
 * A session that has ended is taken up in place: <dialog id="login-again"> asks for the password,
 * and the code of those who have one, of the one person whose page this is; then whatever met the
 * end of the session goes on by itself. Nothing is sent while somebody else is signed in.
 */
import { csrfToken, renewCsrfToken } from "./csrf.js";
import { onCloseRequest, openDialog } from "./dialog.js";
import { owner, setOwner } from "./drafts/store.js";

const user = document.body.dataset.user ?? "";
let asking = null; // resolves when the question that is open has been answered
let giveUp = null; // closes it unanswered

/** Has another person logged in to this browser since the page was loaded? */
export const foreign = () => Boolean(user && owner()) && owner() !== user;

/** Resolves to whether this page's user is signed in: again, or still after all. */
export function logInAgain() {
  asking ??= ask().finally(() => (asking = null));
  return asking;
}

async function ask() {
  const dialog = document.getElementById("login-again");
  if (!dialog) return false; // nobody was signed in here
  const state = await request("GET", dialog.dataset.login);
  if (!state) return false; // no connection: that is said by who asked
  return signedIn(state) || show(dialog);
}

/** Takes the state that the server tells; answers whether it is this page's user who is signed in. */
function signedIn(state) {
  if (state.csrf) renewCsrfToken(state.csrf);
  if (!user || state.user !== user) return false;
  setOwner(user);
  return true;
}

/** The answer's JSON, with what is wrong in `errors`; null where there is no connection. */
async function request(method, url, body) {
  try {
    const headers = { Accept: "application/json", "X-CSRFToken": csrfToken() };
    const answer = await fetch(url, { method, body, headers, credentials: "same-origin", cache: "no-store" });
    if (answer.headers.get("Content-Type")?.startsWith("application/json")) return await answer.json();
    const locked = gettext("Too many attempts. Wait a minute, then try again.");
    return { errors: [answer.status === 429 ? locked : gettext("The server refused this request.")] };
  } catch {
    return null;
  }
}

/** Resolves to whether the user logged in. */
function show(dialog) {
  const part = (name) => dialog.querySelector(`[data-${name}]`);
  const [form, password, code] = [dialog.querySelector("form"), part("password"), part("code")];
  const over = new AbortController();
  const { signal } = over;
  let recovery = false;

  const step = (name) => {
    for (const one of ["password", "code"]) part(`step-${one}`).hidden = name !== one;
    [password.disabled, code.disabled] = [name !== "password", name === "password"];
    (name === "code" ? code : password).focus();
  };
  const say = (text) => {
    part("error").textContent = text;
    part("error").hidden = !text;
  };
  const askFor = (kind) => {
    recovery = kind === "recovery";
    part("code-label").textContent = part("code-label").dataset[kind];
    part("other-code").textContent = part("other-code").dataset[kind];
    code.inputMode = recovery ? "text" : "numeric";
    code.value = "";
  };

  return new Promise((resolve) => {
    const close = (done) => {
      over.abort();
      for (const field of [password, code]) field.value = "";
      dialog.close();
      resolve(done);
    };
    const submit = async (event) => {
      event.preventDefault();
      if (part("send").disabled) return;
      const atCode = !part("step-code").hidden;
      const url = atCode ? `${dialog.dataset.code}${recovery ? "?recovery=1" : ""}` : dialog.dataset.login;
      part("send").disabled = true;
      const state = await request("POST", url, new FormData(form));
      part("send").disabled = false;
      if (signal.aborted) return;
      if (state && signedIn(state)) return close(true);
      if (state?.step) step(state.step);
      const field = part("step-code").hidden ? password : code;
      field.value = "";
      field.focus();
      say(state ? (state.errors ?? []).join(" ") : gettext("No connection. Check the network, then try again."));
    };
    // Logged in meanwhile in another tab?
    const look = async () => {
      const state = document.hidden ? null : await request("GET", dialog.dataset.login);
      if (state && !signal.aborted && signedIn(state)) close(true);
    };

    form.elements.user.value = user;
    form.elements.username.value = document.body.dataset.email;
    say("");
    askFor("app");
    part("elsewhere").href = `${dialog.dataset.page}?next=${encodeURIComponent(location.pathname + location.search)}`;
    form.addEventListener("submit", submit, { signal });
    part("later").addEventListener("click", () => giveUp(), { signal });
    part("other-code").addEventListener("click", () => (askFor(recovery ? "app" : "recovery"), code.focus()), { signal });
    document.addEventListener("visibilitychange", look, { signal });
    if (!giveUp) onCloseRequest(dialog, () => giveUp(), { backdrop: false });
    giveUp = () => close(false);
    openDialog(dialog);
    step("password");
  });
}
