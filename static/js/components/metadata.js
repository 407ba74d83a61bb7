/**
 * Fields that depend on one another, in any form marked [data-metadata]:
 *   data-when="image_type=dermoscopy"  shown, and sent, when that field has that value
 *   data-when-paired="body_site"       shown and required when the chosen option has data-paired
 *   data-only-one                      a checkbox that one record of many may carry
 *   data-site, data-side               an option of a place: offered where the form names that, or none
 * Values are plain objects {name: string}; a field that does not apply has no say.
 */
import { inside } from "./format.js";

const wrappers = (root) => [...root.querySelectorAll("[data-field]")];
const wrapper = (root, name) => root.querySelector(`[data-field="${CSS.escape(name)}"]`);
const controls = (root, name) => [...wrapper(root, name).querySelectorAll("[name]")];

export const names = (root) =>
  wrappers(root)
    .filter((wrapper) => !("onlyOne" in wrapper.dataset))
    .map((wrapper) => wrapper.dataset.field);

export function read(root) {
  return Object.fromEntries(names(root).map((name) => [name, value(controls(root, name))]));
}

export function write(root, values) {
  for (const name of names(root)) {
    for (const control of controls(root, name)) {
      const wanted = values[name] ?? "";
      if (control.type === "radio") control.checked = control.value === wanted;
      else if (control.value !== wanted) control.value = wanted;
    }
  }
  refresh(root, values);
}

/** The values that count: filled, and asked for by the others. */
export function applicable(root, values) {
  const kept = {};
  for (const name of names(root)) {
    if (applies(root, wrapper(root, name), values) && values[name]) kept[name] = values[name];
  }
  return kept;
}

/** The first field that must be filled and is not: {name, message}, or null. */
export function missing(root, values) {
  for (const element of wrappers(root)) {
    const { whenPaired, field, missing: message } = element.dataset;
    if (whenPaired && applies(root, element, values) && !values[field]) {
      return { name: field, message };
    }
  }
  return null;
}

export function focusField(root, name) {
  controls(root, name)[0]?.focus();
}

/** What the menu calls a value. */
export function label(root, name, wanted) {
  for (const control of controls(root, name)) {
    if (control.type === "radio" && control.value === wanted) {
      return control.labels[0]?.textContent.trim() ?? wanted;
    }
    if (control.options) {
      return [...control.options].find((option) => option.value === wanted)?.text ?? wanted;
    }
  }
  return wanted;
}

/** Values of these names as a phrase: "Dermoscopy · Forearm, front · left". */
export function describe(root, chosen, values) {
  const labels = chosen.map((name) => {
    const { when, whenPaired } = wrapper(root, name).dataset;
    const text = label(root, name, values[name]);
    return when || whenPaired ? inside(text) : text; // it goes with the one before
  });
  return labels.join(" · ");
}

/** Shows what applies, hides and disables what does not. */
export function refresh(root, values = read(root)) {
  for (const option of root.querySelectorAll("option[data-site]")) option.hidden = isElsewhere(option, values);
  for (const element of wrappers(root)) {
    const shown = applies(root, element, values);
    element.hidden = !shown;
    for (const control of element.querySelectorAll("[name]")) {
      control.disabled = !shown;
      if (control.type === "radio") control.required = Boolean(element.dataset.whenPaired) && shown;
    }
  }
}

/** Is an option of another site, or of the other side, than the form's? */
function isElsewhere({ dataset }, { body_site: site, laterality: side }) {
  const sides = [dataset.side, side];
  const opposite = sides.includes("left") && sides.includes("right");
  return Boolean(site) && (dataset.site !== site || opposite);
}

/** A new site asks its side anew: an inherited "left" on another lesion would be a wrong record. */
export function settle(root, target) {
  const changed = target.closest("[data-field]")?.dataset.field;
  for (const element of wrappers(root)) {
    if (!changed || element.dataset.whenPaired !== changed) continue;
    for (const control of element.querySelectorAll("[name]")) {
      if (control.type === "radio") control.checked = false;
      else control.value = "";
    }
  }
  refresh(root);
}

function value(found) {
  if (found[0]?.type === "radio") return found.find((control) => control.checked)?.value ?? "";
  return found[0]?.value.trim() ?? "";
}

function applies(root, element, values) {
  const { when, whenPaired } = element.dataset;
  if (when) {
    const [name, wanted] = when.split("=");
    return values[name] === wanted;
  }
  if (whenPaired) {
    const chosen = values[whenPaired];
    const options = controls(root, whenPaired)[0]?.options ?? [];
    return [...options].some((option) => option.value === chosen && "paired" in option.dataset);
  }
  return true;
}

document.addEventListener("change", ({ target }) => {
  const root = target.closest?.("[data-metadata]");
  if (root) settle(root, target);
});
for (const root of document.querySelectorAll("[data-metadata]")) refresh(root);
document.addEventListener("htmx:load", ({ target }) => {
  for (const root of target.querySelectorAll?.("[data-metadata]") ?? []) refresh(root);
});
