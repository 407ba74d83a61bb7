/**
 * Where unsaved text is kept: sessionStorage, which is of one tab. Two tabs on one form do not write
 * over one another, a reload, Back and a new login in that tab find it, and it ends with the tab, so
 * a shared computer keeps nothing on disk. localStorage carries no text: only who is signed in and
 * when somebody last logged out, which is how every other tab learns that its drafts must go.
 */

const [PREFIX, OWNER, ENDED] = ["draft:", "drafts-owner", "drafts-ended"];
const OVER = "drafts-over"; // a cookie of the server's: somebody has logged out
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
export const drop = (key) => attempt(() => sessionStorage.removeItem(PREFIX + key));

export function keys() {
  const all = attempt(() => Object.keys(sessionStorage)) ?? [];
  return all.filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
}

/** Lets go of what was saved, of what is older than the last logout, and of what is not `user`'s. */
export function sweep(user) {
  if (taken(OVER)) {
    attempt(() => localStorage.setItem(ENDED, Date.now()));
    attempt(() => localStorage.removeItem(OWNER));
    for (const key of keys()) drop(key);
  }
  const ended = Number(attempt(() => localStorage.getItem(ENDED))) || 0;
  for (const key of keys()) {
    const draft = get(key);
    const stays = draft && draft.at > ended && (!user || draft.user === user);
    if (!stays || (draft.id && taken(SAVED + draft.id))) drop(key);
  }
}

/** Tells the other tabs who is signed in; `user` is not empty. */
export function claim(user) {
  if (owner() !== user) attempt(() => localStorage.setItem(OWNER, user));
}

/** Calls `then` when another tab has logged out or in. */
export function onChange(then) {
  window.addEventListener("storage", ({ key }) => {
    if (![OWNER, ENDED, null].includes(key)) return;
    sweep(owner());
    then();
  });
}

/** Was the cookie there? It is read once. */
function taken(name) {
  if (!document.cookie.split("; ").some((cookie) => cookie.startsWith(`${name}=`))) return false;
  document.cookie = `${name}=; path=/; max-age=0; samesite=lax`;
  return true;
}
