/**
 * Where unsaved text is kept: sessionStorage, which is of one tab. Two tabs on one form do not write
 * over one another, a reload, Back and a new login in that tab find it, and it ends with the tab, so
 * a shared computer keeps nothing on disk. localStorage carries no text: only who is signed in and
 * when somebody last logged out, which is how every other tab learns that its drafts must go.
 */

const [PREFIX, OWNER, LOGGED_OUT_AT] = ["draft:", "drafts-owner", "drafts-ended"];
const LOGGED_OUT = "drafts-over"; // a cookie of the server's: somebody has logged out
const SAVED = "draft-saved-"; // and these: what was sent under this name is saved

/** A browser that is told to keep nothing throws here; then nothing is kept. */
function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}

export const owner = () => attempt(() => localStorage.getItem(OWNER)) ?? "";
export const get = (key) => attempt(() => JSON.parse(sessionStorage.getItem(PREFIX + key)));
export const put = (key, draft) =>
  attempt(() => sessionStorage.setItem(PREFIX + key, JSON.stringify(draft)));
export const remove = (key) => attempt(() => sessionStorage.removeItem(PREFIX + key));

export function keys() {
  const all = attempt(() => Object.keys(sessionStorage)) ?? [];
  return all.filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
}

/** Removes the drafts that were saved, that are older than the last logout, or that are not `user`'s. */
export function removeStale(user) {
  if (takeCookie(LOGGED_OUT)) {
    attempt(() => localStorage.setItem(LOGGED_OUT_AT, Date.now()));
    attempt(() => localStorage.removeItem(OWNER));
    for (const key of keys()) remove(key);
  }
  const loggedOutAt = Number(attempt(() => localStorage.getItem(LOGGED_OUT_AT))) || 0;
  for (const key of keys()) {
    const draft = get(key);
    const valid = draft && draft.at > loggedOutAt && (!user || draft.user === user);
    if (!valid || (draft.id && takeCookie(SAVED + draft.id))) remove(key);
  }
}

/** Tells the other tabs who is signed in; `user` is not empty. */
export function setOwner(user) {
  if (owner() !== user) attempt(() => localStorage.setItem(OWNER, user));
}

/** Calls `callback` when another tab has logged out or in. */
export function onChange(callback) {
  window.addEventListener("storage", ({ key }) => {
    if (![OWNER, LOGGED_OUT_AT, null].includes(key)) return;
    removeStale(owner());
    callback();
  });
}

/** Was the cookie there? It is read once. */
function takeCookie(name) {
  if (!document.cookie.split("; ").some((cookie) => cookie.startsWith(`${name}=`))) return false;
  document.cookie = `${name}=; path=/; max-age=0; samesite=lax`;
  return true;
}
