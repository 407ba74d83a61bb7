/** The gallery's page: what is done with the chosen images, and how the filters ask. */
import { api } from "../components/api.js";
import { say } from "../components/format.js";
import { refresh } from "../components/images-changed.js";
import { puttingAway } from "../components/put-away.js";
import { SelectionBar } from "../components/selection-bar.js";
import { Selection } from "../components/selection.js";
import { toast } from "../components/toast.js";
import "./progress.js";

const GALLERY = "/api/v1/gallery";
const form = document.querySelector("[data-selection]");
const button = (action) => form.querySelector(`[name="action"][value="${action}"]`);
const selection = new Selection();
const bar = new SelectionBar(form, selection, {
  draw(count) {
    const favorites = count > 0 && selection.items.every(({ dataset }) => "favorite" in dataset);
    form.querySelector('[value$="favorite"]').setAttribute("aria-pressed", String(favorites));
  },
  fallback: () => document.querySelector("[data-open-upload]"),
});

/** What each button of the bar does; resolves to what to say about it. */
const acts = {
  delete: puttingAway({
    selection,
    remove: GALLERY,
    restore: `${GALLERY}/restore`,
    said: (count) => ngettext("%(count)s image deleted.", "%(count)s images deleted.", count),
    run: (act) => bar.run(act),
  }),
  async favorite(ids) {
    const on = button("favorite").getAttribute("aria-pressed") !== "true";
    await api("PATCH", GALLERY, { ids, is_favorite: on });
    await refresh();
  },
  tag: (ids) => tag(ids, "add_tags"),
  untag: (ids) => tag(ids, "remove_tags"),
};

async function tag(ids, what) {
  const field = document.getElementById("selection-tags");
  const names = field.value.split(",").map((name) => name.trim()).filter(Boolean);
  if (!names.length) {
    field.closest("details").open = true;
    field.focus();
    return;
  }
  const { changed } = await api("PATCH", GALLERY, { ids, [what]: names });
  field.value = "";
  field.closest("details").open = false;
  field.closest("details").querySelector("summary").focus();
  await refresh();
  const text = ngettext("%(count)s image changed.", "%(count)s images changed.", changed);
  toast(say(text, { count: changed }), { kind: "success" });
}

form.addEventListener("submit", (event) => {
  if (event.submitter && "zip" in event.submitter.dataset) return; // the browser downloads it
  event.preventDefault();
  const { ids } = selection;
  const act = acts[event.submitter?.value ?? "tag"];
  if (ids.length && act) bar.run(() => act(ids));
});

// What is not asked is not written into the address.
document.addEventListener("htmx:configRequest", ({ target, detail }) => {
  if (!target.closest?.("[data-filters]")) return;
  for (const [name, value] of [...detail.formData]) if (value === "") detail.formData.delete(name);
});
