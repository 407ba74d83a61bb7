/** What the page gives to its modals: buttons that open one, pictures pasted or dropped anywhere. */
import { pastedImages } from "./paste.js";

/** `uploads`: of each modal {dialog, open, addFiles}. */
export function connect(uploads) {
  document.addEventListener("click", ({ target }) => {
    const opener = target.closest?.("[data-open-upload]");
    if (opener) uploads.find(({ dialog }) => dialog.matches(opener.dataset.openUpload))?.open();
  });

  /** Pictures pasted or dropped anywhere on the page go to its modal, unless another one is open. */
  function addToPage(event, files) {
    const [upload] = uploads;
    const other = document.querySelector("dialog[open]:not([data-upload])");
    if (!upload || other || !files?.length) return;
    event.preventDefault();
    upload.open();
    upload.addFiles([...files]);
  }

  document.addEventListener("paste", (event) => addToPage(event, pastedImages(event)));
  document.addEventListener("dragover", (event) => {
    if (uploads.length && event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => addToPage(event, event.dataTransfer?.files));
}
