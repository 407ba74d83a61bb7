/**
 * Whose is a paste: the field's that has the focus, or the queue's?
 *
 * Word and spreadsheets put a picture of the text beside the text. And the reverse: a picture copied
 * from a web page comes with HTML that holds nothing but it, in some browsers with its address; a
 * file copied in a file manager comes with its name.
 */
const NON_TEXT_INPUTS = ["button", "checkbox", "color", "file", "image", "radio", "range", "reset", "submit"];

function isTextField(element) {
  if (element?.matches?.("input")) return !NON_TEXT_INPUTS.includes(element.type);
  return Boolean(element?.isContentEditable || element?.matches?.("textarea"));
}

const INVISIBLE = /<!--.*?-->|<(style|script|title)\b.*?<\/\1>/gis;
const TAG = /<(?:"[^"]*"|'[^']*'|[^'">])*>/g;
const SOURCE = /^<img\b.*?\ssrc=["']?([^"'\s>]+)/is;

/** Is there a word that does not only name the pictures? Not parsed: a page's policy judges inline
 * styles even in a document that nobody sees. */
function hasText(data) {
  if (data.types.some((type) => type.toLowerCase().endsWith("/rtf"))) return true;
  const html = data.getData("text/html").replace(INVISIBLE, " ");
  const sources = (html.match(TAG) ?? [])
    .map((tag) => SOURCE.exec(tag)?.[1].replaceAll("&amp;", "&"))
    .filter(Boolean);
  const names = new Set([...sources, ...[...data.files].map((file) => file.name)]);
  const words = html.replace(TAG, " ").replaceAll("&nbsp;", " ");
  return `${words}\n${data.getData("text/plain")}`
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .some((line) => line && !names.has(line) && !names.has(line.split(/[/\\]/).at(-1)));
}

/** The pictures of a paste, when they are what was pasted. */
export function pastedImages({ target, clipboardData: data }) {
  if (!data?.files.length || isTextField(target) || isTextField(document.activeElement)) return [];
  return hasText(data) ? [] : data.files;
}
