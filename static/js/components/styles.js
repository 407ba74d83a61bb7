/** Styles of what is fetched once somebody needs it. */

/** Adds these style sheets (URLs) unless they are there; resolves when they hold. */
export function addStyles(hrefs) {
  return Promise.all(hrefs.map(addStyle));
}

function addStyle(href) {
  const known = [...document.querySelectorAll("link[rel=stylesheet]")].some((link) => link.getAttribute("href") === href);
  if (known) return undefined;
  return new Promise((done) => {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
    link.onload = link.onerror = done;
    document.head.append(link);
  });
}
