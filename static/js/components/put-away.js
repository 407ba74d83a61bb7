/** Deleting what is chosen, with the Undo that restores it: the same in every grid. */
import { api } from "./api.js";
import { say } from "./format.js";
import { refresh } from "./images-changed.js";
import { typing } from "./selection-bar.js";
import { toast } from "./toast.js";

/**
 * Returns what deletes images by their ids. `said(count)` is the sentence about it; `run` runs what
 * restores them, as SelectionBar.run does.
 */
export function puttingAway({ selection, remove, restore, said, run }) {
  const undo = (ids, typed) =>
    run(async () => {
      const { restored } = await api("POST", restore, { ids });
      await refresh();
      if (typed) document.getElementById(`pick-${ids[0]}`)?.focus();
      const text = ngettext("%(count)s image restored.", "%(count)s images restored.", restored);
      toast(say(text, { count: restored }), { kind: "success" });
    });

  return async (ids) => {
    const typed = typing();
    const { deleted } = await api("DELETE", remove, { ids });
    selection.clear();
    await refresh();
    const action = { label: gettext("Undo"), onClick: () => undo(ids, typed) };
    const told = toast(say(said(deleted), { count: deleted }), { kind: "success", action });
    if (typed) told.querySelector("button").focus(); // else many tabs away
  };
}
