/** Sizes, percentages and counts as the reader's language writes them. */

const lang = document.documentElement.lang || "fr";
const megabytes = new Intl.NumberFormat(lang, {
  style: "unit",
  unit: "megabyte",
  maximumFractionDigits: 1,
});
const kilobytes = new Intl.NumberFormat(lang, {
  style: "unit",
  unit: "kilobyte",
  maximumFractionDigits: 0,
});
const percents = new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: 0 });

export const size = (bytes) =>
  bytes >= 1e5 ? megabytes.format(bytes / 2 ** 20) : kilobytes.format(Math.ceil(bytes / 1024));

export const percent = (share) => percents.format(share);

/** A translated sentence with its %(name)s filled in. */
export const say = (text, values = {}) => interpolate(text, values, true);
