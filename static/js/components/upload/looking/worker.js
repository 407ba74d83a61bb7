/**
 * A worker: decodes a picture once, and makes of it the small preview and the verdict on it.
 * Hears {id, file} or {id, pixels: ImageData}, and with `judged` whether it is judged; answers {id,
 * preview: Blob, verdict}, or {id} alone where it cannot decode it.
 */
import { judge } from "./quality.js";

const EDGE = 480; // px: long enough for a tile on a dense screen

self.addEventListener("message", async ({ data: { id, file, pixels, judged } }) => {
  let bitmap = null;
  try {
    bitmap = await createImageBitmap(file ?? pixels); // orientation applied, colours as the screen's
    const preview = await shrink(bitmap);
    self.postMessage({ id, preview, verdict: judged ? look(bitmap) : null });
  } catch {
    self.postMessage({ id });
  }
  bitmap?.close();
});

/** As the server flattens transparency: on white. */
function drawn(bitmap, from, to, smoothing) {
  const canvas = new OffscreenCanvas(to.width, to.height);
  const context = canvas.getContext("2d", { willReadFrequently: !smoothing });
  context.imageSmoothingEnabled = smoothing;
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, to.width, to.height);
  context.drawImage(bitmap, from.x, from.y, from.width, from.height, 0, 0, to.width, to.height);
  return canvas;
}

function shrink(bitmap) {
  const scale = Math.min(1, EDGE / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
  const all = { x: 0, y: 0, width: bitmap.width, height: bitmap.height };
  return drawn(bitmap, all, { width, height }, true).convertToBlob({ type: "image/jpeg", quality: 0.85 });
}

function look(bitmap) {
  const read = (x, y, width, height) => {
    const part = { x, y, width, height };
    return drawn(bitmap, part, part, false).getContext("2d").getImageData(0, 0, width, height).data;
  };
  return judge(read, bitmap.width, bitmap.height);
}
