/** The bin's page: choosing. Its buttons send the form as they do without scripts. */
import { SelectionBar } from "../components/selection-bar.js";
import { Selection } from "../components/selection.js";

const form = document.querySelector("[data-selection]");
if (form) new SelectionBar(form, new Selection());
