/** One image: title, tags and favourite changed in place, each saved at once. */
import { api } from "../components/api.js";
import { fromTemplate } from "../components/dialog.js";
import { say } from "../components/format.js";
import "../components/compare.js";
import "./outline/index.js";
import "./progress.js";

const root = document.querySelector("[data-edit]");
const part = (name) => document.querySelector(`[data-${name}]`);
const SAID = 4000; // ms
let said = 0;

/** Saves, and says so beside the title; answers what the API did, or null. */
async function save(write) {
  tell(gettext("Saving…"));
  try {
    const image = await write();
    tell(gettext("Saved."));
    said = setTimeout(() => tell(""), SAID);
    return image;
  } catch (error) {
    tell(error.message, true);
    return null;
  }
}

/** Tags that come or go, whatever others were added meanwhile on another page; all of them then. */
function saveTags(changes) {
  return save(async () => {
    await api("PATCH", root.dataset.all, { ids: [root.dataset.key], ...changes });
    return api("GET", root.dataset.api);
  });
}

/** The title: nothing is written over one that was saved since this page was drawn. */
async function writeTitle(wanted) {
  try {
    return await api("PATCH", root.dataset.api, { title: wanted }, { etag: root.dataset.etag });
  } catch (error) {
    if (!error.current) throw error;
    root.dataset.etag = error.etag;
    const stored = error.current.title === title.dataset.untitled ? "" : error.current.title;
    if (stored === input.dataset.before) return writeTitle(wanted); // something else was changed
    input.dataset.before = stored;
    title.textContent = error.current.title;
    const text = gettext("It was renamed to “%(name)s” in the meantime. Save again to keep your title.");
    throw new Error(say(text, { name: error.current.title }));
  }
}

function tell(text, wrong = false) {
  clearTimeout(said);
  part("saved").textContent = text;
  part("saved").classList.toggle("is-wrong", wrong);
}

/** What is in the form is saved, or given up: it needs no draft. */
const done = (form) => form.dispatchEvent(new CustomEvent("draft:done", { bubbles: true }));

// Back to the page of the gallery that one came from, its filters with it.
const back = root.querySelector("[data-back]");
const from = document.referrer ? new URL(document.referrer) : null;
if (from?.origin === location.origin && from.pathname === back.pathname) back.href = from.href;

// Title ------------------------------------------------------------------------------------

const [title, opener, form] = [part("title"), part("title-open"), part("title-form")];
const input = form.querySelector("input");

function editing(on) {
  for (const shown of [title, opener]) shown.hidden = on;
  form.hidden = !on;
  if (on) input.select();
  (on ? input : opener).focus();
}

opener.addEventListener("click", () => {
  input.dataset.before = input.value;
  editing(true);
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const wanted = input.value.trim();
  if (wanted === input.dataset.before) return editing(false);
  const image = await save(() => writeTitle(wanted));
  if (!image) return input.focus();
  input.dataset.before = wanted;
  done(form);
  title.textContent = wanted || title.dataset.untitled;
  document.title = `${title.textContent} · DermaAI`;
  return editing(false);
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  input.value = input.dataset.before;
  done(form);
  editing(false);
});
form.addEventListener("draft:restored", () => {
  input.dataset.before = input.defaultValue;
  editing(true);
});

// Favourite --------------------------------------------------------------------------------

const favorite = part("favorite");
favorite.addEventListener("click", async () => {
  const wanted = favorite.getAttribute("aria-pressed") !== "true";
  favorite.setAttribute("aria-pressed", String(wanted));
  if (!(await save(() => api("PATCH", root.dataset.api, { is_favorite: wanted })))) favorite.setAttribute("aria-pressed", String(!wanted));
});

// Tags -------------------------------------------------------------------------------------

const [tags, list] = [part("tags"), part("tag-list")];
const field = part("tag-form").querySelector("input");

function drawTags(all) {
  list.replaceChildren(
    ...all.map((name) => {
      const chip = fromTemplate(part("tag-template"));
      const link = chip.querySelector("a");
      link.textContent = name;
      link.href = `${tags.dataset.gallery}?${new URLSearchParams({ tag: name })}`;
      const text = say(gettext("Remove the tag %(name)s"), { name });
      chip.querySelector("button").setAttribute("aria-label", text);
      return chip;
    }),
  );
}

part("tag-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const added = field.value.split(",").map((name) => name.trim()).filter(Boolean);
  if (!added.length) return;
  const image = await saveTags({ add_tags: added });
  if (image) {
    drawTags(image.tags);
    field.value = "";
    done(part("tag-form"));
  }
  field.focus();
});
list.addEventListener("click", async ({ target }) => {
  const chip = target.closest("[data-tag-remove]")?.closest("[data-tag]");
  if (!chip) return;
  const gone = chip.querySelector("[data-tag-name]").textContent;
  const image = await saveTags({ remove_tags: [gone] });
  if (!image) return;
  drawTags(image.tags);
  (list.querySelector("button") ?? field).focus();
});
