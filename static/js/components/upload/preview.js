/** Small previews of files on this machine, one at a time: a phone has little memory. */

const EDGE = 480; // long enough for a tile on a dense screen
let previous = Promise.resolve();

/** Resolves to an object URL (release it with URL.revokeObjectURL), or "" when the browser cannot. */
export function preview(file) {
  const result = previous.then(() => shrink(file)).catch(() => "");
  previous = result;
  return result;
}

async function shrink(file) {
  const bitmap = await createImageBitmap(file); // orientation applied
  try {
    const scale = Math.min(1, EDGE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.fillStyle = "#fff"; // as the server flattens transparency
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
    return blob ? URL.createObjectURL(blob) : "";
  } finally {
    bitmap.close();
  }
}
