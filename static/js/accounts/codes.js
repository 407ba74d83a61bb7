/** A secret or recovery codes: copied, printed. */
import "../components/copy.js";

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-print]")) print();
});
