/** What is said for all pictures is kept in this tab (drafts/store.js) until they are sent. */
import * as store from "../drafts/store.js";
import { toast } from "../toast.js";

const SAVE_DELAY = 300; // ms

/** Restores what a former page kept; returns what discards it, for when it was sent or given up. */
export function keepDraft(form, scope) {
  const user = document.body.dataset.user ?? "";
  const key = `${user}|${location.pathname}|upload`;
  let timer = null;

  function save() {
    timer = null;
    if (scope.dirty) store.put(key, { user, at: Date.now(), id: null, values: scope.shared });
    else store.remove(key);
  }

  store.removeStale(user);
  const draft = user && store.get(key);
  if (draft) {
    scope.restore(draft.values);
    toast(gettext("Unsaved text was recovered."));
  }
  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, () => {
      clearTimeout(timer);
      timer = setTimeout(save, SAVE_DELAY);
    });
  }
  window.addEventListener("pagehide", () => timer && save());
  return () => {
    clearTimeout(timer);
    timer = null;
    store.remove(key);
  };
}
