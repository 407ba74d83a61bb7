/**
 * What the fields of a form say, as {name: [value, …]}: `typed` now, `served` when the page came.
 * No password, no file, no hidden field (tokens, versions), no code that is good once.
 */

const NEVER = ["hidden", "password", "file", "submit", "button", "reset", "image"];

function fields(form) {
  const all = [...form.elements].filter(
    (control) =>
      control.matches("input, textarea, select") &&
      !NEVER.includes(control.type) &&
      control.autocomplete !== "one-time-code",
  );
  return all.map((control, place) => [control.name || `#${place}`, control]);
}

const ticks = (control) => ["checkbox", "radio"].includes(control.type);
const lines = (text) => text.replace(/\r\n?/g, "\n");

function chosen(select) {
  const marked = [...select.options].filter((option) => option.defaultSelected);
  const first = select.multiple ? [] : [...select.options].slice(0, 1);
  return (marked.length ? marked : first).map((option) => option.value);
}

function now(control) {
  if (ticks(control)) return control.checked ? [control.value] : [];
  if (control.options) return [...control.selectedOptions].map((option) => option.value);
  return [lines(control.value)];
}

function then(control) {
  if (ticks(control)) return control.defaultChecked ? [control.value] : [];
  return control.options ? chosen(control) : [lines(control.defaultValue)];
}

function read(form, values) {
  const said = {};
  for (const [name, control] of fields(form)) (said[name] ??= []).push(...values(control));
  return said;
}

export const typed = (form) => read(form, now);
export const served = (form) => read(form, then);

/** Are two answers the same? The server trims what it is sent. */
export const same = (one = [], other = []) =>
  one.length === other.length && one.every((value, place) => value.trim() === other[place].trim());

export const changed = (was, said) => Object.keys(said).filter((name) => !same(was[name], said[name]));

export function write(form, values) {
  const left = Object.fromEntries(Object.entries(values).map(([name, all]) => [name, [...all]]));
  for (const [name, control] of fields(form)) {
    if (!(name in values)) continue;
    if (ticks(control)) control.checked = values[name].includes(control.value);
    else if (control.options) {
      for (const option of control.options) option.selected = values[name].includes(option.value);
    } else control.value = left[name].shift() ?? "";
  }
}

/** What a person calls a field, and what one of its answers. */
export function caption(form, wanted, values) {
  const same = fields(form).filter(([name]) => name === wanted).map(([, control]) => control);
  const title = (control) => control.labels?.[0]?.textContent.replace("*", "").trim() ?? "";
  if (same[0].type === "checkbox") return [title(same[0]), values.length ? "✓" : "—"];
  if (same[0].type === "radio") {
    const legend = same[0].closest("fieldset")?.querySelector("legend")?.textContent.trim() ?? "";
    return [legend, same.filter(({ value }) => values.includes(value)).map(title).join(", ") || "—"];
  }
  const text = (value) => [...(same[0].options ?? [])].find((o) => o.value === value)?.text ?? value;
  return [title(same[0]) || (same[0].getAttribute("aria-label") ?? ""), values.map(text).join(", ") || "—"];
}
