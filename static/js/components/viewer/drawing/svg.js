/** Elements of SVG. */
const SVG = "http://www.w3.org/2000/svg";

export function create(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}
