/**
 * Is it worth sending? Judged by size and first bytes, never by name or MIME type.
 * The server decides; this only spares a clinician the wait for a sure refusal.
 */
import { say, size } from "../format.js";

const HEADER_SIZE = 32; // bytes that tell every type we take
const AVIF = ["avif", "avis"];

/** {kind, reason}: what `file` is, and why it cannot go ("" when it can). */
export async function validate(file, maxSize) {
  if (file.size === 0) return { reason: gettext("the file is empty") };
  if (file.size > maxSize) {
    const sizes = { size: size(file.size), limit: size(maxSize) };
    return { reason: say(gettext("too large (%(size)s, at most %(limit)s)"), sizes) };
  }
  let head;
  try {
    head = new Uint8Array(await file.slice(0, HEADER_SIZE).arrayBuffer());
  } catch {
    return { reason: gettext("the file could not be read (moved, or a folder?)") };
  }
  const kind = kindOf(head);
  if (["JPEG", "PNG", "WebP", "HEIC", "?"].includes(kind)) return { kind, reason: "" };
  if (!kind) return { reason: gettext("not a picture that is accepted (JPEG, PNG, WebP, HEIC)") };
  const reason = say(gettext("%(kind)s is not accepted (JPEG, PNG, WebP or HEIC are)"), { kind });
  return { kind, reason };
}

/** "JPEG", …, "?" for a container that only the server can judge, "" for none that we know. */
export function kindOf(head) {
  const text = String.fromCharCode(...head);
  if (text.startsWith("\xff\xd8\xff")) return "JPEG";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "PNG";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "WebP";
  if (text.slice(4, 8) === "ftyp") {
    const brand = text.slice(8, 12);
    if (AVIF.includes(brand)) return "AVIF";
    return /^(he|mif1|msf1)/.test(brand) ? "HEIC" : "?";
  }
  if (text.startsWith("GIF8")) return "GIF";
  if (text.startsWith("%PDF")) return "PDF";
  if (text.startsWith("II*\0") || text.startsWith("MM\0*")) return "TIFF";
  if (text.startsWith("BM")) return "BMP";
  if (text.startsWith("PK\x03\x04")) return "ZIP";
  if (/^\s*<(\?xml|svg)/i.test(text)) return "SVG";
  return "";
}
