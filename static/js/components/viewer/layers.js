/** Pictures on a stage of OpenSeadragon: each is added out of sight and shown when it is there. */

/**
 * Resolves to a TiledImage, 1 wide and not visible yet, once its pixels are there. `halved`: with
 * smaller copies of itself, made as they are needed, so that drawing it small costs less; they are
 * not made by themselves where the library is told of no canvas.
 */
export function addLayer(osd, url, { halved = false } = {}) {
  return new Promise((resolve, reject) => {
    osd.addTiledImage({
      tileSource: { type: "image", url, useCanvas: halved },
      width: 1,
      opacity: 0,
      preload: true,
      success: ({ item }) => item.whenFullyLoaded(() => resolve(item)),
      error: () => reject(new Error("image")),
    });
  });
}

/** Takes all of them away, or all but one. */
export function removeLayers({ world }, except = null) {
  for (let index = world.getItemCount() - 1; index >= 0; index -= 1) {
    if (world.getItemAt(index) !== except) world.removeItem(world.getItemAt(index));
  }
}

/** Do two layers show a picture of one shape? */
export function sameShape(one, other) {
  const shape = ({ source }) => source.width / source.height;
  return Math.abs(shape(one) / shape(other) - 1) < 0.01;
}
