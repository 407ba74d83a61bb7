/** What is said for all pictures is kept in this tab (draft-store.js) until they are sent. */
import * as store from "./draft-store.js";
import { toast } from "./toast.js";

const PAUSE = 300; // ms

/** Restores what a former page kept; returns `drop`, for when it was sent or given up. */
export function keepText(form, scope) {
  const user = document.body.dataset.user ?? "";
  const key = `${user}|${location.pathname}|upload`;
  let timer = null;

  function keep() {
    timer = null;
    if (scope.dirty) store.put(key, { user, at: Date.now(), id: null, values: scope.shared });
    else store.drop(key);
  }

  store.sweep(user);
  const draft = user && store.get(key);
  if (draft) {
    scope.restore(draft.values);
    toast(gettext("Unsaved text was found again."));
  }
  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, () => {
      clearTimeout(timer);
      timer = setTimeout(keep, PAUSE);
    });
  }
  window.addEventListener("pagehide", () => timer && keep());
  return () => {
    clearTimeout(timer);
    timer = null;
    store.drop(key);
  };
}
