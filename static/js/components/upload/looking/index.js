/**
 * Looks at pictures before they are sent, one at a time (a phone has little memory): a preview and a
 * verdict on sharpness and exposure, made in a worker. HEIC that the browser does not decode is
 * decoded by another one, which is started at the first such file.
 */
import { shrink } from "./preview.js";

const LONGEST = 30_000; // ms; a decoder that does not answer is given up

export class Looking {
  #last = Promise.resolve();
  #workers = new Map(); // by the address of their script
  #count = 0;

  /** `addresses`: {look, heic, library, wasm}; `judged`: are pictures judged here? */
  constructor(addresses, { judged }) {
    this.addresses = addresses;
    this.judged = judged;
  }

  /** Resolves to {url, verdict}: an object URL ("" where there is none), and the verdict or null. */
  look(file, kind) {
    const seen = this.#last.then(() => this.#look(file, kind)).catch(() => null);
    this.#last = seen;
    return seen.then((result) => ({
      url: result?.preview ? URL.createObjectURL(result.preview) : "",
      verdict: result?.verdict ?? null,
    }));
  }

  async #look(file, kind) {
    if (!("OffscreenCanvas" in window)) return { preview: await shrink(file) };
    const { look, heic, library, wasm } = this.addresses;
    const seen = await this.#ask(look, { file });
    if (seen?.preview || kind !== "HEIC") return seen;
    const { pixels } = (await this.#ask(heic, { file, library, wasm })) ?? {};
    return pixels ? this.#ask(look, { pixels }, [pixels.data.buffer]) : null;
  }

  /** What a worker answers to `message`, or null where it cannot, or not in time. */
  #ask(address, message, transferred = []) {
    if (!this.#workers.has(address)) {
      this.#workers.set(address, new Worker(address, { type: address === this.addresses.look ? "module" : "classic" }));
    }
    const worker = this.#workers.get(address);
    const id = (this.#count += 1);
    return new Promise((resolve) => {
      const over = new AbortController();
      const answer = (result) => {
        clearTimeout(timer);
        over.abort();
        resolve(result);
      };
      const give = () => {
        worker.terminate();
        this.#workers.delete(address);
        answer(null);
      };
      const timer = setTimeout(give, LONGEST);
      const hear = ({ data }) => data.id === id && answer(data);
      worker.addEventListener("message", hear, { signal: over.signal });
      worker.addEventListener("error", give, { signal: over.signal });
      worker.postMessage({ id, judged: this.judged, ...message }, transferred);
    });
  }
}
