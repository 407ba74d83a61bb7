/** Small previews of files on this machine, one at a time: a phone has little memory. */

const EDGE = 480; // long enough for a tile on a dense screen
let last = Promise.resolve();

/** Resolves to an object URL (release it with URL.revokeObjectURL), or "" when the browser cannot. */
export function preview(file) {
  const made = last.then(() => shrink(file)).catch(() => "");
  last = made;
  return made;
}

async function shrink(file) {
  const whole = await createImageBitmap(file); // orientation applied
  try {
    const scale = Math.min(1, EDGE / Math.max(whole.width, whole.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(whole.width * scale));
    canvas.height = Math.max(1, Math.round(whole.height * scale));
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.fillStyle = "#fff"; // as the server flattens transparency
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(whole, 0, 0, canvas.width, canvas.height);
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return small ? URL.createObjectURL(small) : "";
  } finally {
    whole.close();
  }
}
