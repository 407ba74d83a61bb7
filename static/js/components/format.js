/** Sizes, percentages and counts as the reader's language writes them. */

const lang = document.documentElement.lang || "fr";
const decimals = new Intl.NumberFormat(lang, { maximumFractionDigits: 1, useGrouping: false });
const percents = new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: 0 });

const tenths = (number) => Math.floor(number * 10 + 0.5) / 10;

/** A number of bytes, by the same rule as the server's (core/templatetags/units.py: file_size). */
export function size(bytes) {
  const kilobytes = Math.max(1, Math.floor(bytes / 1024 + 0.5));
  if (kilobytes < 1000) return say(gettext("%(number)s KB"), { number: kilobytes });
  const megabytes = tenths(bytes / 2 ** 20);
  if (megabytes < 1000) return say(gettext("%(number)s MB"), { number: decimals.format(megabytes) });
  return say(gettext("%(number)s GB"), { number: decimals.format(tenths(bytes / 2 ** 30)) });
}

const MOST_DECIMALS = 3;

/** "7.2 mm ± 0.3", by the same rule as the server's (core/templatetags/units.py: with_margin). */
export function withMargin(value, margin, unit) {
  let places = 2;
  if (margin > 0) {
    const exponent = Math.floor(Math.log10(margin));
    places = -exponent + (margin < 2 * 10 ** exponent ? 1 : 0);
  }
  places = Math.min(MOST_DECIMALS, Math.max(0, places));
  const one = 10 ** places;
  const [rounded, up] = [Math.floor(value * one + 0.5) / one, Math.max(0, Math.ceil(margin * one - 1e-6)) / one];
  const written = new Intl.NumberFormat(lang, {
    minimumFractionDigits: places,
    maximumFractionDigits: places,
    useGrouping: false,
  });
  return `${written.format(rounded)}\u00a0${unit} ±\u00a0${written.format(up)}`;
}

export const decimal = (number) => decimals.format(number);

export const percent = (share) => percents.format(share);

/** A translated sentence with its %(name)s filled in. */
export const say = (text, values = {}) => interpolate(text, values, true);

// A word with no other capital and no figure: not "HE", "MRI", "L5", "McBurney".
const WORD = /^\p{L}[\p{Ll}'’-]*(?![\p{L}\p{N}'’-])/u;

/** A label as it is written inside a sentence: its first letter small, unless it is an acronym. */
export const inside = (label) =>
  WORD.test(label) ? label[0].toLocaleLowerCase(lang) + label.slice(1) : label;

/** Labels joined into one phrase, by the same rule as the server's (core/templatetags/words.py). */
export const phrase = (labels) =>
  labels.filter(Boolean).map((label, place) => (place ? inside(label) : label)).join(", ");
