/**
 * Sharpness of a picture in grey, as `imaging/quality.py: sharpness` measures it: the same bands,
 * blocks and constants, so that both judge alike. What each step is for is said there.
 */

const BLOCK = 16; // samples a side: 32 px
const STEPS = [
  [0, 3],
  [3, 0],
  [2, 2],
  [2, -2],
]; // px: across, down, both diagonals
const [NOISE_FINE, NOISE_COARSE] = [28, 6];
const FAINT = 150;
const SHARPEST = 0.95;
const MAX_SHARPNESS = 4;
export const FULL = 250; // code of a clipped channel
const SURROUND = 16; // maximum luma of a dermoscope's black surround

/** From 0 to 4. `grey`: {data: Uint8Array, width, height}. */
export function sharpness(grey) {
  const [height, width] = [grey.height & ~1, grey.width & ~1];
  const [rows, columns] = [height, width].map((side) => Math.floor(((side >> 1) - 7) / BLOCK));
  if (rows < 1 || columns < 1) return 0;
  const grid = { rows, columns, height: rows * BLOCK, width: columns * BLOCK, size: rows * columns };
  const fine = { data: grey.data, stride: grey.width, width, height };
  const coarse = halved(fine);
  const bands = [...energies(fine, 2, grid), ...energies(coarse, 1, grid)];
  const noise = quantile(diagonal(fine, grid), grid.size >> 2) / 36;
  let usable = [...away(flat(coarse, grid), grid)];
  if (usable.filter(Boolean).length * 8 < grid.size) usable = usable.map(() => true);
  const blocks = usable.flatMap((used, index) => (used ? [index] : []));
  const base = blocks.map((index) => {
    const mean = (bands[4][index] + bands[5][index] + bands[6][index] + bands[7][index]) / 4;
    return Math.max(mean, NOISE_COARSE * noise) + FAINT;
  });
  const rank = Math.floor(SHARPEST * (blocks.length - 1));
  const ratios = bands.slice(0, 4).map((band) => {
    const ratio = blocks.map((index, place) => (band[index] - NOISE_FINE * noise) / base[place]);
    return quantile(ratio, rank);
  });
  return Math.min(MAX_SHARPNESS, Math.sqrt(Math.max(0, Math.min(...ratios))));
}

/** Means of 2 × 2 px. */
function halved({ data, stride, width, height }) {
  const [across, down] = [width >> 1, height >> 1];
  const made = new Int16Array(across * down);
  for (let y = 0; y < down; y += 1) {
    for (let x = 0; x < across; x += 1) {
      const at = 2 * y * stride + 2 * x;
      made[y * across + x] = (data[at] + data[at + 1] + data[at + stride] + data[at + stride + 1] + 2) >> 2;
    }
  }
  return { data: made, stride: across, width: across, height: down };
}

/** Energy per block of the second differences in four directions, every `step` px. */
function* energies({ data, stride, width, height }, step, grid) {
  const across = width - 1;
  const pairs = new Int32Array(across * (height - 1));
  for (let y = 0; y < height - 1; y += 1) {
    for (let x = 0; x < across; x += 1) {
      const at = y * stride + x;
      pairs[y * across + x] = data[at] + data[at + 1] + data[at + stride] + data[at + stride + 1];
    }
  }
  for (const [down, aside] of STEPS) {
    const away = down * across + aside;
    yield perBlock(grid, (row, column) => {
      const at = (3 + step * row) * across + 3 + step * column;
      return (2 * pairs[at] - pairs[at - away] - pairs[at + away]) ** 2;
    });
  }
}

/** Immerkær's difference of two Laplacians at every second pixel: energy per block. */
function diagonal({ data, stride }, grid) {
  const down = (at) => data[at - stride] + data[at + stride] - 2 * data[at];
  return perBlock(grid, (row, column) => {
    const at = (3 + 2 * row) * stride + 3 + 2 * column;
    return (down(at - 1) + down(at + 1) - 2 * down(at)) ** 2;
  });
}

/** Which blocks lie wholly in the surround or in what is clipped, but for a pixel of noise. */
function flat({ data, stride }, grid) {
  const marked = (test) => {
    const count = new Uint8Array(grid.size);
    for (let row = 0; row < grid.height; row += 4) {
      for (let column = 0; column < grid.width; column += 4) {
        const block = Math.floor(row / BLOCK) * grid.columns + Math.floor(column / BLOCK);
        if (test(data[(3 + row) * stride + 3 + column])) count[block] += 1;
      }
    }
    return count.map((number) => Number(number >= (BLOCK / 4) ** 2 - 1));
  };
  const [dark, full] = [marked((code) => code <= SURROUND), marked((code) => code >= FULL)];
  return dark.map((value, index) => value | full[index]);
}

/** Which blocks neither are marked nor touch one that is. */
function* away(marked, { rows, columns }) {
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      let touched = false;
      for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y += 1) {
        for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x += 1) {
          touched ||= Boolean(marked[y * columns + x]);
        }
      }
      yield !touched;
    }
  }
}

function perBlock({ height, width, columns, size }, valueAt) {
  const sums = new Float64Array(size);
  for (let row = 0; row < height; row += 1) {
    const first = Math.floor(row / BLOCK) * columns;
    for (let column = 0; column < width; column += 1) sums[first + Math.floor(column / BLOCK)] += valueAt(row, column);
  }
  return sums.map((sum) => sum / BLOCK ** 2);
}

const quantile = (values, rank) => Float64Array.from(values).sort()[rank];
