/**
 * What the fields of a form say, as {name: [value, …]}: `typed` now, `served` when the page came.
 * No password, no file, no hidden field (tokens, versions), no code that is good once.
 */

const EXCLUDED_TYPES = ["hidden", "password", "file", "submit", "button", "reset", "image"];

function fields(form) {
  const all = [...form.elements].filter(
    (control) =>
      control.matches("input, textarea, select") &&
      !EXCLUDED_TYPES.includes(control.type) &&
      control.autocomplete !== "one-time-code",
  );
  return all.map((control, index) => [control.name || `#${index}`, control]);
}

const isTickable = (control) => ["checkbox", "radio"].includes(control.type);
const normalizeNewlines = (text) => text.replace(/\r\n?/g, "\n");

function defaultOptions(select) {
  const selected = [...select.options].filter((option) => option.defaultSelected);
  const first = select.multiple ? [] : [...select.options].slice(0, 1);
  return (selected.length ? selected : first).map((option) => option.value);
}

function currentValues(control) {
  if (isTickable(control)) return control.checked ? [control.value] : [];
  if (control.options) return [...control.selectedOptions].map((option) => option.value);
  return [normalizeNewlines(control.value)];
}

function servedValues(control) {
  if (isTickable(control)) return control.defaultChecked ? [control.value] : [];
  return control.options ? defaultOptions(control) : [normalizeNewlines(control.defaultValue)];
}

function read(form, valuesOf) {
  const values = {};
  for (const [name, control] of fields(form)) (values[name] ??= []).push(...valuesOf(control));
  return values;
}

export const typed = (form) => read(form, currentValues);
export const served = (form) => read(form, servedValues);

/** Are two answers the same? The server trims what it is sent. */
export const same = (one = [], other = []) =>
  one.length === other.length && one.every((value, index) => value.trim() === other[index].trim());

export const changed = (before, after) =>
  Object.keys(after).filter((name) => !same(before[name], after[name]));

export function write(form, values) {
  const remaining = Object.fromEntries(Object.entries(values).map(([name, all]) => [name, [...all]]));
  for (const [name, control] of fields(form)) {
    if (!(name in values)) continue;
    if (isTickable(control)) control.checked = values[name].includes(control.value);
    else if (control.options) {
      for (const option of control.options) option.selected = values[name].includes(option.value);
    } else control.value = remaining[name].shift() ?? "";
  }
}

/** What a person calls a field, and what one of its answers. */
export function caption(form, field, values) {
  const controls = fields(form).filter(([name]) => name === field).map(([, control]) => control);
  const title = (control) => control.labels?.[0]?.textContent.replace("*", "").trim() ?? "";
  if (controls[0].type === "checkbox") return [title(controls[0]), values.length ? "✓" : "—"];
  if (controls[0].type === "radio") {
    const legend = controls[0].closest("fieldset")?.querySelector("legend")?.textContent.trim() ?? "";
    return [legend, controls.filter(({ value }) => values.includes(value)).map(title).join(", ") || "—"];
  }
  const text = (value) => [...(controls[0].options ?? [])].find((o) => o.value === value)?.text ?? value;
  return [title(controls[0]) || (controls[0].getAttribute("aria-label") ?? ""), values.map(text).join(", ") || "—"];
}
