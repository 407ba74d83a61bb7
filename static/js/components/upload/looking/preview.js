/** Small previews on the page itself, where the browser has no workers that draw. */

const EDGE = 480; // long enough for a tile on a dense screen

/** A JPEG of it, or null. Throws where the browser cannot decode it. */
export async function shrink(file) {
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
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  } finally {
    bitmap.close();
  }
}
