/** The API as the page's own user: session, CSRF, JSON, and refusals a person can read. */
import { csrfToken } from "./csrf.js";
import { foreign, logInAgain } from "./login-again.js";

export { csrfToken };

export class Refusal extends Error {
  constructor(status, { code = "", detail = "", attr = null, retryAfter = 0 } = {}) {
    super(explain(status, detail, code));
    Object.assign(this, { status, code, attr, retryAfter });
  }

  /** Would the same request, sent again later, have a chance? */
  get passing() {
    return [0, 401, 408, 429].includes(this.status) || this.status >= 500;
  }
}

/** "120" or an HTTP date, in seconds from now. */
export function seconds(retryAfter) {
  if (!retryAfter) return 0;
  const number = Number(retryAfter);
  const wait = Number.isFinite(number) ? number : (Date.parse(retryAfter) - Date.now()) / 1000;
  return Math.max(0, Math.ceil(wait) || 0);
}

/** What a refused answer says, as a Refusal. `text` is its body, in the API's one error shape. */
export function refusal(status, text, retryAfter) {
  let first = {};
  try {
    first = JSON.parse(text)?.errors?.[0] ?? {};
  } catch {
    /* not ours: a proxy's page, or nothing at all */
  }
  return new Refusal(status, { ...first, retryAfter: seconds(retryAfter) });
}

/**
 * fetch() in the session of this page's user. Where that has ended (`ended(response)`), they log in
 * again in place and it is sent again. `options()` is asked each time: the token is a new one then.
 */
async function send(url, options, ended) {
  if (foreign() && !(await logInAgain())) throw new Refusal(401);
  const once = async () => {
    try {
      return await fetch(url, { credentials: "same-origin", ...options() });
    } catch {
      throw new Refusal(0);
    }
  };
  const response = await once();
  return ended(response) && (await logInAgain()) ? once() : response;
}

/**
 * JSON in, JSON out; null for "no content"; throws a Refusal. With `etag`, nothing is written where
 * somebody has changed it since: the Refusal has `current`, what stands there, and its `etag`.
 */
export async function api(method, url, body, { etag } = {}) {
  return (await exchange(method, url, body, { etag })).data;
}

/** The same, with the ETag of what stands there now: {data, etag}. */
export async function exchange(method, url, body, { etag } = {}) {
  const options = () => ({
    method,
    headers: {
      Accept: "application/json",
      "X-CSRFToken": csrfToken(),
      ...(etag ? { "If-Match": etag } : {}),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const response = await send(url, options, ({ status }) => status === 401);
  const text = await response.text();
  if (!response.ok) {
    const refused = refusal(response.status, text, response.headers.get("Retry-After"));
    if (response.status === 412) {
      Object.assign(refused, { current: JSON.parse(text).current, etag: response.headers.get("ETag") });
    }
    throw refused;
  }
  return { data: text ? JSON.parse(text) : null, etag: response.headers.get("ETag") };
}

/**
 * A fragment of a page, as htmx would ask for it: {status, html}. 409 and 422 are forms to be shown
 * again; whatever else is refused throws a Refusal. With `form`, its fields are sent.
 */
export async function fragment(method, url, form = null) {
  const options = () => ({
    method,
    cache: "no-store",
    headers: { "HX-Request": "true", "X-CSRFToken": csrfToken() },
    body: form ? new URLSearchParams(new FormData(form)) : undefined,
  });
  const response = await send(url, options, ({ redirected }) => redirected); // to the login
  if (response.redirected) throw new Refusal(401);
  if (![200, 409, 422].includes(response.status)) throw new Refusal(response.status);
  return { status: response.status, html: await response.text() };
}

function explain(status, detail, code) {
  if (status === 0) return gettext("No connection. Check the network, then try again.");
  if (status === 401 || code === "not_authenticated")
    return gettext("Your session has expired. Log in again, then try again.");
  // A 403 of ours that says more (no room left) is told as it is.
  if (status === 403 && (code === "permission_denied" || !detail))
    return gettext("You can view this record but not change it.");
  if (status === 404) return gettext("This record no longer exists, or you do not have access to it.");
  if (status === 413) return gettext("The file is too large.");
  if (status === 429) return gettext("Too many requests. Try again in a moment.");
  if (code === "busy") return detail;
  if (status === 503) return gettext("The storage is not responding. Nothing was saved: try again.");
  if (status >= 500) return gettext("The server ran into a problem. Nothing was saved: try again.");
  return detail || gettext("The server refused this request.");
}
