/** Many images at once on consultation and patient pages. The bar is fetched at the first choice. */
import { api, csrfToken, fragment } from "../components/api.js";
import { say } from "../components/format.js";
import { refresh } from "../components/images-changed.js";
import { addPicks } from "../components/picks.js";
import { puttingAway } from "../components/put-away.js";
import { SelectionBar } from "../components/selection-bar.js";
import { Selection } from "../components/selection.js";
import { toast } from "../components/toast.js";

const IMAGES = "/api/v1/consultations/images";
const MOST_COMPARED = 4;
addPicks();
const selection = new Selection();
let bar = null;

selection.addEventListener("change", () => {
  if (selection.ids.length) bar ??= load();
});
if (selection.ids.length) bar = load(); // kept by a browser that went back

/** Resolves to the SelectionBar, or to null where it could not be fetched. */
async function load() {
  const grid = document.querySelector("[data-grid]");
  const url = new URL(grid.dataset.grid, location);
  if (grid.querySelector("[data-editable]")) url.searchParams.set("edit", "1");
  try {
    const { html } = await fragment("GET", url);
    const parts = new DOMParser().parseFromString(html, "text/html").body.children;
    document.querySelector("main").append(...parts);
  } catch {
    bar = null; // the next choice tries again
    toast(gettext("The page could not be refreshed. Check the network, then try again."), { kind: "error" });
    return null;
  }
  const form = document.querySelector("[data-selection]");
  form.addEventListener("submit", submit);
  form.addEventListener("change", () => askSide(form));
  const fallback = () => document.querySelector("[data-open-upload], main a");
  return new SelectionBar(form, selection, { fallback });
}

/** What the buttons do that are no plain form. */
const acts = {
  delete: puttingAway({
    selection,
    remove: IMAGES,
    restore: `${IMAGES}/bin/restore`,
    said: (count) => ngettext("%(count)s image is in the bin.", "%(count)s images are in the bin.", count),
    run: async (act) => (await bar).run(act),
  }),
  async edit(ids, form) {
    const said = [...new FormData(form)].filter(([name, value]) => value && name in EDITED);
    const wanted = Object.fromEntries(said);
    if (wanted.lesion === "none") wanted.lesion = null;
    const { changed } = await api("PATCH", IMAGES, { ids, ...wanted });
    for (const select of form.querySelectorAll("select")) select.value = "";
    askSide(form);
    const menu = form.querySelector("details");
    menu.open = false;
    menu.querySelector("summary").focus();
    await refresh();
    const text = ngettext("%(count)s image changed.", "%(count)s images changed.", changed);
    toast(say(text, { count: changed }), { kind: "success" });
  },
  /** The earlier one on the left: the pages begin with the latest. */
  async compare(ids, form) {
    if (ids.length > MOST_COMPARED) throw new Error(gettext("Four images can be compared at most."));
    const { dataset } = form.querySelector("[data-compare]");
    location.assign(`${dataset.compare}?images=${[...ids].reverse()}`);
  },
  /** One request for each: a picture that is copied is decoded anew, which takes a while. */
  async each(ids, form, { dataset, title }) {
    let done = 0;
    const text = () => {
      const count = say(ngettext("%(count)s image", "%(count)s images", done), { count: done });
      return say(gettext("%(what)s: %(count)s"), { what: title, count });
    };
    try {
      for (const id of ids) {
        await api("POST", dataset.each.replace(/\b0\b/, id));
        done += 1;
      }
    } catch (error) {
      throw done ? new Error(`${text()}. ${error.message}`) : error;
    }
    selection.clear();
    toast(text(), { kind: "success" });
  },
};
const EDITED = { image_type: "", body_site: "", laterality: "", lesion: "" };

/** A new site that the body has twice asks its side: one of another lesion would be a wrong record.
 * Returns the field that is to be filled in, or undefined. */
function askSide(form) {
  const { body_site: site, laterality: side } = form.elements;
  if (!site) return undefined;
  const lacks = "paired" in site.selectedOptions[0].dataset && !side.value;
  form.querySelector("[data-side-missing]").hidden = !lacks;
  side.setAttribute("aria-invalid", String(lacks));
  return lacks ? side : undefined;
}

document.addEventListener("keydown", async ({ key, target, ctrlKey, metaKey, altKey }) => {
  const typing = target.closest?.("input:not([type=checkbox]), textarea, select");
  if (key !== "c" || ctrlKey || metaKey || altKey || typing || !selection.ids.length) return;
  if (document.querySelector("dialog[open]")) return;
  (await bar)?.form.querySelector("[data-compare]").click();
});

async function submit(event) {
  const { submitter, target: form } = event;
  form.elements.csrfmiddlewaretoken.value = csrfToken(); // it follows a new login
  if (submitter?.formAction && submitter.hasAttribute("formaction")) return; // the browser goes there
  event.preventDefault();
  const { ids } = selection;
  const name = submitter?.value ?? "edit";
  const empty = name === "edit" && Object.keys(EDITED).every((field) => !form.elements[field].value);
  const wanting = empty ? form.elements.image_type : name === "edit" && askSide(form);
  if (wanting) return void wanting.focus();
  const act = acts[name];
  if (ids.length && act) (await bar).run(() => act(ids, form, submitter));
}
