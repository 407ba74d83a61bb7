/** Annotations as W3C documents: the server's annotations/w3c.py says the same. */
import { readSelector, writeSelector } from "./shapes.js";

const COMMENTING = "commenting";
const CLASSIFYING = "classifying";

/** What the API takes, of {kind, points, text, category, shared}. */
export function write({ kind, points, ...said }) {
  return compose(writeSelector(kind, points), said);
}

/** {kind, points, text, category, shared} of a document. */
export function read(document) {
  const value = (wanted) => document.body.find(({ purpose }) => purpose === wanted)?.value ?? "";
  return {
    ...readSelector(document.target.selector),
    text: value(COMMENTING),
    category: value(CLASSIFYING),
    shared: "audience" in document,
  };
}

/** The same document, its selector untouched, shared with the patient or not. */
export function sharing(document, shared) {
  const { text, category } = read(document);
  return compose(document.target.selector, { text, category, shared });
}

function compose(selector, { text, category, shared }) {
  const said = { [COMMENTING]: text.trim(), [CLASSIFYING]: category };
  const bodies = Object.entries(said).filter(([, value]) => value);
  return {
    type: "Annotation",
    motivation: COMMENTING,
    body: bodies.map(([purpose, value]) => ({ type: "TextualBody", purpose, value })),
    target: { selector },
    ...(shared ? { audience: { type: "schema:Patient" } } : {}),
  };
}
