/** Uppy as the engine: several requests at a time, progress, abort, a pause when the server asks. */
import { csrfToken, refusal, Refusal, seconds } from "../api.js";

const PARALLEL = 3;
const SILENT_LOGGER = { debug() {}, warn() {}, error() {} };
const LONGEST_PAUSE = 120; // seconds of Retry-After that we sit out ourselves

export class Transfer {
  #uppy;
  #items = new Map(); // Uppy's file id → item
  #requests = new WeakMap(); // XMLHttpRequest → item
  #dropped = [];

  /** `on`: files(list), progress(item, share), pause(item, s), stalled(item), sent(item, body), failed(item, refusal). */
  constructor({ Uppy, XHRUpload, DropTarget }, { endpoint, dropTarget, on }) {
    this.#uppy = new Uppy({
      id: "upload",
      logger: SILENT_LOGGER, // what fails is said on the page; names of files stay out of logs
      // Whatever a plugin brings is judged by our own rules first; see #send for what passes.
      onBeforeFileAdded: (file) => Boolean(file.meta.key) || this.#intercept(file, on),
    });
    this.#uppy.use(DropTarget, { target: dropTarget });
    this.#uppy.use(XHRUpload, {
      endpoint,
      limit: PARALLEL,
      fieldName: "file",
      responseType: "text",
      retries: 8,
      shouldRetry: (xhr) => xhr.status === 429 && pauseOf(xhr) <= LONGEST_PAUSE,
      headers: (file) => ({
        Accept: "application/json",
        "X-CSRFToken": csrfToken(),
        "Idempotency-Key": file.meta.key,
      }),
      getResponseData: (xhr) => JSON.parse(xhr.responseText),
      onBeforeRequest: (xhr, tries, [file]) => {
        const item = this.#items.get(file.id);
        if (!item) return;
        this.#requests.set(xhr, item);
        on.progress(item, 0);
      },
      onAfterResponse: async (xhr) => {
        const pause = pauseOf(xhr);
        if (xhr.status !== 429 || pause > LONGEST_PAUSE) return;
        const item = this.#requests.get(xhr);
        if (item) on.pause(item, pause);
        await new Promise((resolve) => setTimeout(resolve, pause * 1000 + Math.random() * 500));
      },
    });
    this.#listen("upload-progress", (item, { bytesUploaded, bytesTotal }) =>
      on.progress(item, bytesTotal ? bytesUploaded / bytesTotal : 0),
    );
    this.#listen("upload-success", (item, { body }) => this.#done(item, () => on.sent(item, body)));
    this.#listen("upload-error", (item, error, xhr) => {
      const response = xhr ?? error?.request;
      const reason = response
        ? refusal(response.status, response.responseText, response.getResponseHeader("Retry-After"))
        : new Refusal(500);
      this.#done(item, () => on.failed(item, reason));
    });
    this.#uppy.on("upload-stalled", (error, files) => {
      for (const file of files) if (this.#items.has(file.id)) on.stalled(this.#items.get(file.id));
    });
  }

  /** Sends each item with its fields (`fieldsOf(item)`: only the filled ones). */
  send(items, fieldsOf) {
    for (const item of items) {
      const fields = fieldsOf(item);
      const id = this.#uppy.addFile({
        name: item.name,
        type: item.file.type || "application/octet-stream",
        data: item.file,
        // relativePath is part of Uppy's identity of a file: ours makes every try a new one.
        meta: { ...fields, key: item.key, relativePath: `${item.key}/${performance.now()}` },
      });
      this.#items.set(id, item);
      this.#uppy.setFileState(id, { xhrUpload: { allowedMetaFields: Object.keys(fields) } });
    }
    this.#uppy.upload().catch(() => {}); // each failure has been told by its own event
  }

  stop(item) {
    for (const [id, other] of this.#items) {
      if (other !== item) continue;
      this.#items.delete(id);
      this.#uppy.removeFile(id); // aborts its request
    }
  }

  #listen(name, act) {
    this.#uppy.on(name, (file, ...rest) => {
      const item = file && this.#items.get(file.id);
      if (item) act(item, ...rest);
    });
  }

  #done(item, report) {
    report();
    // Not while Uppy is still telling; and not left there, for upload() retries what it keeps.
    setTimeout(() => this.stop(item));
  }

  #intercept(file, on) {
    if (!this.#dropped.length) queueMicrotask(() => on.files(this.#dropped.splice(0)));
    this.#dropped.push(file.data);
    return false;
  }
}

const pauseOf = (xhr) => seconds(xhr.getResponseHeader("Retry-After")) || 2;
