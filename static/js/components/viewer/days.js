/** When pictures were taken and how far apart: what stands beside each in the viewer and its strip. */
import { say } from "../format.js";

const DAY = 86_400_000; // ms

/** {day: days since the latest day before it, of the items} by ISO day; the first one has none. */
function gaps(items) {
  const days = [...new Set(items.map(({ day }) => day).filter(Boolean))].sort();
  return new Map(days.slice(1).map((day, index) => [day, (Date.parse(day) - Date.parse(days[index])) / DAY]));
}

/**
 * {id: {day, gap, words}} of each item: its day as its tile writes it, "+118 d" since the picture
 * before it in time (of another day), and both for a screen reader. Of pictures from one day only
 * there is no gap to tell.
 */
export function describeDays(items) {
  const since = gaps(items);
  return new Map(
    items.map(({ id, day, dayText }) => {
      const count = since.get(day);
      const gap = count ? say(gettext("+%(count)s d"), { count }) : "";
      const text = ngettext(
        "%(count)s day after the picture before",
        "%(count)s days after the picture before",
        count ?? 0,
      );
      return [id, { day: dayText, gap, words: [dayText, count && say(text, { count })].filter(Boolean).join(", ") }];
    }),
  );
}

/** Are there pictures of more than one day? */
export const severalDays = (items) => new Set(items.map(({ dayText }) => dayText)).size > 1;
