/**
 * "Even out the light": a way of looking that gives every picture the mean and the contrast of the
 * first, by a filter over it. The files stay as they are, and a badge says so while it is on.
 */

const EDGE = 64; // px of the small copy that is measured
const MIDDLE = 0.15; // of each side left out: rulers and corners
const CONTRAST = [0.4, 2.5];
const BRIGHTNESS = [0.3, 3];

const clamp = (value, [least, most]) => Math.min(most, Math.max(least, value));

/** {mean, spread} of the light, 0 to 1, of the thumbnail; rejects where it may not be read. */
async function measure(url) {
  const picture = Object.assign(new Image(), { crossOrigin: "anonymous", src: url });
  await picture.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: EDGE, height: EDGE });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const [wide, high] = [picture.naturalWidth, picture.naturalHeight];
  const inner = 1 - 2 * MIDDLE;
  context.drawImage(picture, MIDDLE * wide, MIDDLE * high, inner * wide, inner * high, 0, 0, EDGE, EDGE);
  const { data } = context.getImageData(0, 0, EDGE, EDGE);
  const light = [];
  for (let at = 0; at < data.length; at += 4) {
    light.push((0.2126 * data[at] + 0.7152 * data[at + 1] + 0.0722 * data[at + 2]) / 255);
  }
  const mean = light.reduce((sum, one) => sum + one, 0) / light.length;
  const spread = Math.sqrt(light.reduce((sum, one) => sum + (one - mean) ** 2, 0) / light.length);
  return { mean, spread };
}

/** The filter that gives light of `own` the mean and spread of `wanted`: slope · light + shift. */
export function filterFor(own, wanted) {
  const slope = clamp(wanted.spread / Math.max(own.spread, 0.01), CONTRAST);
  const shift = wanted.mean - slope * own.mean;
  // contrast(c) then brightness(b) is b·c·light + b·(1 − c) / 2.
  const brightness = clamp(slope + 2 * shift, BRIGHTNESS);
  return `contrast(${(slope / brightness).toFixed(3)}) brightness(${brightness.toFixed(3)})`;
}

/** On or off; resolves to whether it could be. */
export async function evenOut(panes, on) {
  const surface = ({ element }) => element.querySelector("[data-canvas]");
  for (const pane of panes) {
    surface(pane).style.filter = "";
    pane.element.querySelector("[data-lit]").hidden = true;
  }
  if (!on) return true;
  try {
    const [wanted, ...others] = await Promise.all(panes.map(({ thumbnail }) => measure(thumbnail)));
    others.forEach((own, index) => {
      const pane = panes[index + 1];
      surface(pane).style.filter = filterFor(own, wanted);
      pane.element.querySelector("[data-lit]").hidden = false;
    });
    return true;
  } catch {
    return false;
  }
}
