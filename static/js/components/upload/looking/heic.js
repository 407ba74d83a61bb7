/**
 * A worker for browsers that do not decode HEIC: libheif, as WebAssembly. It hears {id, file, library,
 * wasm} and answers {id, pixels}: an ImageData, upright, or null. This file is sent with a policy of
 * its own, which allows WebAssembly (dermaai/csp.py); that of the pages does not.
 */
let decoder = null;

/** Once: the library, as a classic script, for it is no module. */
async function load(library, wasm) {
  importScripts(library);
  const answer = await fetch(wasm);
  if (!answer.ok) throw new Error("no decoder");
  const module = await self.libheif({ wasmBinary: await answer.arrayBuffer() });
  return new module.HeifDecoder();
}

/** The picture that the file calls its primary one, as the server takes it. */
async function decode({ library, wasm, file }) {
  decoder ??= load(library, wasm);
  const images = (await decoder).decode(new Uint8Array(await file.arrayBuffer()));
  try {
    const image = images.find((one) => one.is_primary()) ?? images[0];
    const pixels = new ImageData(image.get_width(), image.get_height());
    return await new Promise((resolve) => image.display(pixels, resolve));
  } finally {
    for (const image of images) image.free();
  }
}

self.addEventListener("message", async ({ data }) => {
  let pixels = null;
  try {
    pixels = await decode(data);
  } catch {
    /* the page shows its placeholder */
  }
  self.postMessage({ id: data.id, pixels }, pixels ? [pixels.data.buffer] : []);
});
