/** Sizes, percentages, counts and days as the reader's language writes them. */

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
const days = new Intl.DateTimeFormat(lang, { day: "2-digit", month: "2-digit", year: "numeric", timeZone: "UTC" });
const percents = new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: 0 });

export const size = (bytes) =>
  bytes >= 1e5 ? megabytes.format(bytes / 2 ** 20) : kilobytes.format(Math.ceil(bytes / 1024));

export const percent = (share) => percents.format(share);

/** An ISO day, in figures. */
export const day = (iso) => days.format(Date.parse(iso));

/** A translated sentence with its %(name)s filled in. */
export const say = (text, values = {}) => interpolate(text, values, true);
