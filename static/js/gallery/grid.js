/** The gallery's page: what is done with the chosen images, and how the filters ask. */
import { api } from "../components/api.js";
import { say } from "../components/format.js";
import { refresh } from "../components/images-changed.js";
import { Selection } from "../components/selection.js";
import { toast } from "../components/toast.js";
import "./progress.js";

const GALLERY = "/api/v1/gallery";
const bar = document.querySelector("[data-selection]");
const part = (name) => document.querySelector(`[data-selection-${name}]`);
const button = (action) => bar.querySelector(`[name="action"][value="${action}"]`);
const selection = new Selection();

function draw() {
  const { ids, items } = selection;
  const count = ids.length;
  const held = bar.contains(document.activeElement);
  bar.classList.toggle("is-on", count > 0);
  document.querySelector("[data-grid]")?.classList.toggle("is-choosing", count > 0);
  const text = say(ngettext("%(count)s selected", "%(count)s selected", count), { count });
  part("count").textContent = text;
  part("number").textContent = count || "";
  part("live").textContent = count ? text : gettext("Nothing selected");
  const favorites = count > 0 && items.every(({ dataset }) => "favorite" in dataset);
  const star = bar.querySelector('[value$="favorite"]');
  star.setAttribute("aria-pressed", String(favorites));
  if (!count && held) (selection.last ?? document.querySelector("[data-open-upload]")).focus();
}
selection.addEventListener("change", draw);
selection.addEventListener("full", ({ detail }) => {
  const text = gettext("At most %(count)s images at a time.");
  toast(say(text, { count: detail }), { kind: "error" });
});
draw();

/** What each button of the bar does; resolves to what to say about it. */
const acts = {
  async delete(ids) {
    const typed = typing();
    const { deleted } = await api("DELETE", GALLERY, { ids });
    selection.clear();
    await refresh();
    const text = ngettext("%(count)s image deleted.", "%(count)s images deleted.", deleted);
    const action = { label: gettext("Undo"), onClick: () => restore(ids, typed) };
    const told = toast(say(text, { count: deleted }), { kind: "success", action });
    if (typed) told.querySelector("button").focus(); // else many tabs away
  },
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

const restore = (ids, typed) =>
  tried(async () => {
    const { restored } = await api("POST", `${GALLERY}/restore`, { ids });
    await refresh();
    if (typed) document.getElementById(`pick-${ids[0]}`)?.focus();
    const text = ngettext("%(count)s image restored.", "%(count)s images restored.", restored);
    toast(say(text, { count: restored }), { kind: "success" });
  });

/** Is it the keyboard that acts? */
const typing = () => Boolean(document.activeElement?.matches(":focus-visible"));

async function tried(act) {
  const held = document.activeElement;
  bar.inert = true;
  try {
    await act();
  } catch (error) {
    toast(error.message, { kind: "error" });
  }
  bar.inert = false;
  if (document.activeElement === document.body && held.checkVisibility()) held.focus();
}

bar.addEventListener("submit", (event) => {
  if (event.submitter && "zip" in event.submitter.dataset) return; // the browser downloads it
  event.preventDefault();
  const { ids } = selection;
  const act = acts[event.submitter?.value ?? "tag"];
  if (ids.length && act) tried(() => act(ids));
});
part("clear").addEventListener("click", () => selection.clear());

// What is not asked is not written into the address.
document.addEventListener("htmx:configRequest", ({ target, detail }) => {
  if (!target.closest?.("[data-filters]")) return;
  for (const [name, value] of [...detail.formData]) if (value === "") detail.formData.delete(name);
});
