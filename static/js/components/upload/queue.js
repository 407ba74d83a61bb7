/**
 * The pictures of one upload, and what is known of each.
 * status: ready → waiting → sending → sent | failed (may be tried again) | refused (will not pass)
 */
export class Queue extends EventTarget {
  items = [];
  primary = null; // null, "first", or an item

  /** `look(file, kind)` resolves to {url, verdict} of a file (looking/index.js). */
  constructor(look) {
    super();
    this.look = look;
  }

  /**
   * The new item, or null when the same file is already here. `kind`: "JPEG", "HEIC", … With
   * `instead`, it takes that item's place and details: a picture taken again.
   */
  add(file, kind, instead = null) {
    if (this.items.some((item) => isSameFile(item.file, file))) return null;
    const item = {
      key: uuid(), // one per picture, the same at every try: the server stores it once
      file,
      kind,
      name: file.name || gettext("Photo"),
      status: "ready",
      progress: 0,
      own: { ...instead?.own }, // values of its own, over those for all
      frozen: null, // the fields of a try whose answer was lost
      error: null,
      note: "",
      result: null,
      url: "",
      instead, // the item that it replaces, until it does
      verdict: null, // this browser's; the server's is in `result`
      kept: false, // poor, and wanted all the same
    };
    this.items.splice(instead ? this.items.indexOf(instead) : this.items.length, 0, item);
    if (instead && this.primary === instead) this.primary = item;
    this.#emit("added", item);
    item.looked = this.look(file, kind).then(({ url, verdict }) => {
      if (this.items.includes(item)) this.update(item, { url, verdict, previewed: true });
      else if (url) URL.revokeObjectURL(url);
    });
    return item;
  }

  remove(item) {
    this.items = this.items.filter((other) => other !== item);
    if (this.primary === item) this.primary = null;
    if (item.url) URL.revokeObjectURL(item.url);
    this.#emit("removed", item);
    if (this.primary === "first") this.#emitForAll();
  }

  clear() {
    for (const item of [...this.items]) this.remove(item);
    this.primary = null;
  }

  update(item, changes) {
    Object.assign(item, changes);
    this.#emit("changed", item);
  }

  /** At most one picture is the primary one. `choice`: null, "first" or an item. */
  choosePrimary(choice) {
    this.primary = choice;
    this.#emitForAll();
  }

  isPrimary(item) {
    return this.primary === item || (this.primary === "first" && item === this.first);
  }

  get first() {
    return this.items.find((item) => item.status !== "refused");
  }

  with(...statuses) {
    return this.items.filter((item) => statuses.includes(item.status));
  }

  get unsent() {
    return this.with("ready", "waiting", "sending", "failed");
  }

  get busy() {
    return this.with("waiting", "sending").length > 0;
  }

  #emitForAll() {
    for (const item of this.items) this.#emit("changed", item);
  }

  #emit(type, item) {
    this.dispatchEvent(new CustomEvent(type, { detail: item }));
  }
}

/** The server's word on a picture where there is one, else this browser's: {verdict, reasons} or null. */
const verdictOf = ({ result, verdict }) => (result ? result.quality : verdict);

/** Why a picture is not good: codes, or none. */
export const reasonsOf = (item) => verdictOf(item)?.reasons ?? (item.result?.damaged ? ["damaged"] : []);

/** Is it bad enough to be taken again, and has nobody said yet that it is kept? */
export const isPoor = (item) =>
  !item.kept && item.status !== "refused" && verdictOf(item)?.verdict === "poor";

const isSameFile = (a, b) =>
  a.name === b.name && a.size === b.size && a.type === b.type && a.lastModified === b.lastModified;

function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))]; // plain HTTP on a local network
  hex[6] = (hex[6] & 15) | 64;
  hex[8] = (hex[8] & 63) | 128;
  const text = hex.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
