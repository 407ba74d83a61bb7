/** The upload modal, <dialog data-upload>: wires its parts, each a module of its own. */
import { onCloseRequest, openDialog, reveal } from "./dialog.js";
import { toast } from "./toast.js";
import { Camera } from "./upload-camera.js";
import { keepText } from "./upload-draft.js";
import { Footer } from "./upload-footer.js";
import { say, size } from "./format.js";
import { refresh } from "./images-changed.js";
import { pasted } from "./upload-paste.js";
import { Queue } from "./upload-queue.js";
import { Scope } from "./upload-scope.js";
import { Sender } from "./upload-send.js";
import { Tiles } from "./upload-tiles.js";
import { Transfer } from "./upload-transfer.js";
import { vet } from "./upload-vet.js";

const NARROW = matchMedia("(width < 900px)");

function setUp(dialog) {
  const part = (name) => dialog.querySelector(`[data-${name}]`);
  const { endpoint, maxSize, uppySrc } = dialog.dataset;
  const form = part("metadata");
  const queue = new Queue();
  const footer = new Footer(dialog, queue);
  let transfer = null;
  let loading = null;
  let refreshed = null;

  const scope = form && new Scope(form, queue, () => tiles.redraw(queue, scope));
  const tiles = new Tiles(part("queue"), part("tile-template"), queue, scope, {
    remove: drop,
    star: (item) => queue.choosePrimary(queue.isPrimary(item) ? null : item),
    retry: (item) => send([item]),
    select,
    fallback: () => part("browse"),
  });
  const dropText = form && keepText(form, scope);
  const sender = new Sender(queue, {
    scope,
    files: take,
    changed: draw,
    live: (text) => footer.live(text),
    outcome: (lines) => footer.outcome(lines),
    images: () => (refreshed = refresh()),
    allGood: async (count) => {
      leave();
      await refreshed; // or the toast tells of pictures that the page does not show yet
      const text = ngettext("%(count)s image added.", "%(count)s images added.", count);
      toast(say(text, { count }), { kind: "success" });
    },
  });
  const camera = new Camera(
    dialog,
    (file) => take([file]),
    (open) => (part("drop").hidden = open),
  );

  /** Uppy, once: resolves to whether it is there. */
  function loaded() {
    loading ??= import(uppySrc).then(
      (uppy) => {
        transfer = new Transfer(uppy, { endpoint, dropTarget: dialog, on: sender.events });
        return true;
      },
      () => (loading = null),
    );
    return loading;
  }

  async function take(files) {
    const refused = [];
    for (const file of files) {
      const { kind, reason } = await vet(file, Number(maxSize));
      if (reason) refused.push([file.name, reason]);
      else if (!queue.add(file, kind)) refused.push([file.name, gettext("already in the list")]);
    }
    footer.refused(refused);
    if (files.length === refused.length) return;
    const count = queue.with("ready").length;
    const text = ngettext("%(count)s picture to upload.", "%(count)s pictures to upload.", count);
    footer.live(say(text, { count }));
  }

  function drop(item) {
    if (["waiting", "sending"].includes(item.status)) transfer.stop(item);
    queue.remove(item);
    if (!queue.busy) footer.outcome([]);
  }

  function select(item, byKey) {
    scope.show(scope.current === item ? null : item);
    if (!scope.current || !(byKey || NARROW.matches)) return;
    if (NARROW.matches) reveal(form, { top: true });
    scope.title.focus({ preventScroll: true });
  }

  async function send(items) {
    camera.close();
    footer.refused([]);
    if (await loaded()) {
      sender.send(transfer, items);
      if (queue.busy) part("cancel").focus(); // the button that had the focus is gone
      if (queue.busy && NARROW.matches) reveal(part("queue"), { top: true });
      return undefined;
    }
    const text = gettext("No connection. Check the network, then try again.");
    return footer.outcome([{ kind: "bad", text }]);
  }

  function draw() {
    footer.draw(sender.overall);
    if (form) form.inert = queue.busy || (queue.items.length > 0 && !queue.unsent.length);
  }

  /** Closes, or asks first when pictures would be lost. */
  function requestClose() {
    if (footer.asking) footer.hush({ focus: true });
    else if (queue.unsent.length) footer.ask();
    else if (queue.items.length) leave();
    else dialog.close(); // what was typed waits for its pictures
  }

  function leave() {
    for (const item of queue.with("waiting", "sending")) transfer.stop(item);
    queue.clear();
    scope?.clear();
    dropText?.();
    footer.refused([]);
    footer.outcome([]);
    footer.hush();
    dialog.close();
  }

  function open() {
    loaded();
    openDialog(dialog, { returnTo: () => document.querySelector(`[data-open-upload="#${dialog.id}"]`) });
  }

  const clicks = {
    close: requestClose,
    cancel: () => (queue.busy ? sender.stop(transfer) : requestClose()),
    "ask-stay": () => footer.hush({ focus: true }),
    "ask-leave": leave,
    send: () => send(queue.with("ready")),
    "retry-all": () => send(queue.with("failed")),
    browse: () => part("browse-input").click(),
    "refused-close": () => footer.refused([]),
  };
  dialog.addEventListener("click", ({ target }) => {
    for (const name of Object.keys(clicks)) if (target.closest(`[data-${name}]`)) clicks[name]();
  });
  for (const name of ["browse-input", "capture-input"]) {
    part(name).addEventListener("change", ({ target }) => {
      take([...target.files]);
      target.value = ""; // the same file may be chosen again
    });
  }
  for (const type of ["added", "removed", "changed"]) queue.addEventListener(type, draw);
  dialog.addEventListener("close", () => camera.close());
  onCloseRequest(dialog, requestClose);
  window.addEventListener("beforeunload", (event) => {
    if (queue.unsent.length || scope?.dirty) event.preventDefault();
  });
  part("max").textContent = size(Number(maxSize));
  if (/Mac/.test(navigator.platform)) part("modifier").textContent = "⌘";
  draw();
  return { dialog, open, take };
}

const uploads = [...document.querySelectorAll("dialog[data-upload]")].map(setUp);

document.addEventListener("click", ({ target }) => {
  const opener = target.closest?.("[data-open-upload]");
  if (opener) uploads.find(({ dialog }) => dialog.matches(opener.dataset.openUpload))?.open();
});

/** Pictures pasted or dropped anywhere on the page go to its modal, unless another one is open. */
function bring(event, files) {
  const [upload] = uploads;
  const other = document.querySelector("dialog[open]:not([data-upload])");
  if (!upload || other || !files?.length) return;
  event.preventDefault();
  upload.open();
  upload.take([...files]);
}

document.addEventListener("paste", (event) => bring(event, pasted(event)));
document.addEventListener("dragover", (event) => {
  if (uploads.length && event.dataTransfer?.types.includes("Files")) event.preventDefault();
});
document.addEventListener("drop", (event) => bring(event, event.dataTransfer?.files));
