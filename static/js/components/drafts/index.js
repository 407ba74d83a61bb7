/**
 * Nothing typed is lost: every form marked [data-draft="name"] that differs from what is saved is
 * kept in this tab (store.js), found again after a reload, Back, a lost connection or a new
 * login, and warned about before it is left. The server says what was saved (dermaai/drafts.py).
 * A form that saves without leaving the page tells "draft:done", and hears "draft:restored".
 */
import { csrfToken } from "../api.js";
import { refresh } from "../metadata.js";
import { caption, changed, same, served, typed, write } from "./fields.js";
import * as store from "./store.js";

const SAVE_DELAY = 300; // ms
const REFUSED = '[aria-invalid="true"], [role="alert"]:not([hidden])';
const user = document.body.dataset.user ?? "";
const savedValues = new Map(); // of each form: what is saved, as far as this page knows
const timers = new Map();
let submitted = null;

/** By the page that has the form; one that is fetched into another page names its own. */
const keyOf = (form) => `${user}|${form.dataset.draftPath ?? location.pathname}|${form.dataset.draft}`;
const dirty = (form) => form.isConnected && changed(savedValues.get(form), typed(form)).length > 0;
const versionOf = (form) => form.querySelector("[name=version]"); // core/versions.py
const pick = (values, names) => Object.fromEntries(names.map((name) => [name, values[name] ?? []]));

/** Stores what differs; `id` is the name under which it is sent. */
function save(form, id = null) {
  clearTimeout(timers.get(form));
  timers.delete(form);
  const [before, after] = [savedValues.get(form), typed(form)];
  const names = changed(before, after);
  if (!names.length) return store.remove(keyOf(form));
  const field = versionOf(form);
  const [at, version] = [Date.now(), field?.dataset.before ?? field?.value]; // conflicts are asked about again
  return store.put(keyOf(form), { user, at, id, version, was: pick(before, names), now: pick(after, names) });
}

function restore(form) {
  const [draft, saved] = [store.get(keyOf(form)), served(form)];
  const base = { ...saved };
  savedValues.set(form, base);
  if (!draft) return;
  const names = Object.keys(draft.now).filter((name) => name in saved);
  // A refused form comes back with what was typed in it: that is not saved.
  if (form.querySelector(REFUSED)) for (const name of names) base[name] = draft.was[name];
  const found = names.filter((name) => !same(draft.now[name], saved[name]));
  if (found.length) {
    write(form, pick(draft.now, found));
    // It is still about the record as it was then: the server asks where somebody changed it since.
    const version = form.querySelector(REFUSED) ? null : versionOf(form);
    if (version && draft.version) {
      version.dataset.served = version.value;
      version.value = draft.version;
    }
    if (form.matches("[data-metadata]")) refresh(form);
    showNotice(form, found.filter((name) => !same(draft.was[name], saved[name])));
    form.dispatchEvent(new CustomEvent("draft:restored"));
  } else if (!dirty(form)) store.remove(keyOf(form));
}

/** Says so above the form; of `conflicts`, which somebody else has changed, what is saved now. */
function showNotice(form, conflicts) {
  const notice = document.createElement("div");
  notice.className = "notice";
  notice.dataset.draftNote = "";
  notice.setAttribute("role", "status");
  const line = (text) => notice.appendChild(document.createElement("p")).append(text);
  line(gettext("Unsaved text was recovered."));
  if (conflicts.length) line(gettext("Changed by somebody in the meantime. What is saved now:"));
  for (const name of conflicts) line(caption(form, name, served(form)[name]).filter(Boolean).join(": "));
  const discard = document.createElement("button");
  Object.assign(discard, { type: "button", className: "btn", textContent: gettext("Discard it") });
  discard.addEventListener("click", () => {
    write(form, served(form));
    const version = versionOf(form);
    if (version?.dataset.served) version.value = version.dataset.served;
    if (form.matches("[data-metadata]")) refresh(form);
    markSaved(form);
    form.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  });
  notice.append(discard);
  const head = form.closest(".card-head");
  if (head) head.after(notice);
  else form.prepend(notice);
  notices.set(form, notice);
}
const notices = new Map();

/** What the form says is saved, or given up. */
function markSaved(form) {
  savedValues.set(form, typed(form));
  save(form);
  notices.get(form)?.remove();
}

/** Does the form say something else than what is saved? */
export const isDirty = (form) => savedValues.has(form) && dirty(form);

/** A form that came after the page. The one before it at its place is forgotten. */
export function adopt(form) {
  for (const gone of [...savedValues.keys()].filter((one) => !one.isConnected)) {
    clearTimeout(timers.get(gone));
    timers.delete(gone);
    savedValues.delete(gone);
  }
  if (user) restore(form);
}

/** Keeps what was typed at once: the form is sent, and may be refused. */
export const keep = (form) => savedValues.has(form) && save(form);

function cancelTimers() {
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
}

function start() {
  store.removeStale(user);
  for (const hint of document.querySelectorAll("[data-draft-of]")) {
    const path = new URL(hint.dataset.draftOf || "/", location.href).pathname;
    hint.hidden = !store.keys().some((key) => key.split("|")[1] === path);
  }
  if (!user) return;
  store.setOwner(user);
  document.querySelectorAll("form[data-draft]").forEach(restore);
}

// A login in another tab has made this page's token stale. For the same person, take the new one;
// what one person typed is not sent in another's name.
const sameUser = () => !user || store.owner() === user;
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (sameUser()) detail.headers["X-CSRFToken"] = csrfToken();
});

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, ({ target }) => {
    const form = target.form;
    if (!savedValues.has(form)) return;
    submitted = null;
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(save, SAVE_DELAY, form));
  });
}
document.addEventListener("draft:done", ({ target }) => savedValues.has(target) && markSaved(target));

// On the window: whoever sends a form by itself has said so by now.
window.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
  const token = form.querySelector("[name=csrfmiddlewaretoken]");
  if (token && sameUser()) token.value = csrfToken();
  if (!savedValues.has(form)) return;
  submitted = form;
  const id = [...crypto.getRandomValues(new Uint8Array(12))].map((n) => n.toString(16).padStart(2, "0")).join("");
  save(form, id);
  const sent = form.querySelector("[name=draft]") ?? document.createElement("input");
  Object.assign(sent, { type: "hidden", name: "draft", value: id });
  form.append(sent);
});

window.addEventListener("beforeunload", (event) => {
  if ([...savedValues.keys()].some((form) => form !== submitted && dirty(form))) event.preventDefault();
});
window.addEventListener("pagehide", () => [...timers.keys()].forEach((form) => save(form)));
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) store.removeStale(store.owner());
});
store.onChange(cancelTimers);
// Once every other module of the page listens.
if (document.readyState === "complete") start();
else document.addEventListener("DOMContentLoaded", start);
