#!/usr/bin/env bash
# @annotorious/annotorious 3.8.10: an ellipse or a line whose SVG names its namespace has no place.
#
# The W3C model keeps such shapes as SVG. Without the namespace, which makes it SVG for every other
# reader, W3CImageFormat reads them; with it all coordinates are NaN, no error is reported, and what
# is written back says NaN. Paths and rectangles survive.
# Output seen (without the namespace | with it):
#   ellipse {"cx":50,"cy":60,"rx":20,"ry":10} | {"cx":null,"cy":null,"rx":null,"ry":null}
#   written back: <svg><ellipse cx="NaN" cy="NaN" rx="NaN" ry="NaN" /></svg>
#   line [[1,2],[30,4]] | [[null,null],[null,null]]
#   path [[10,20],[60,20],[40,70]] | [[10,20],[60,20],[40,70]]
# Chromium is Debian's, or the one that CHROMIUM names.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check playwright==1.61.0
npm install --silent --no-audit --no-fund --prefix "$folder" @annotorious/annotorious@3.8.10
seen=$(CHROMIUM=${CHROMIUM:-$(command -v chromium)} "$folder/venv/bin/python" - "$folder" <<'PYTHON'
import functools
import http.server
import os
import sys
import threading

from playwright.sync_api import sync_playwright

READ = """async () => {
    const { W3CImageFormat } = await import("/annotorious.es.js");
    const format = W3CImageFormat("picture.jpg");
    const parsed = (shape, namespace) => format.parse({
        "@context": "http://www.w3.org/ns/anno.jsonld",
        id: "urn:example:1",
        type: "Annotation",
        body: [],
        target: {
            source: "picture.jpg",
            selector: { type: "SvgSelector", value: `<svg${namespace}>${shape}</svg>` },
        },
    }).parsed;
    const place = (annotation) => {
        const { points, cx, cy, rx, ry } = annotation.target.selector.geometry;
        return JSON.stringify(points || { cx, cy, rx, ry });
    };
    const lines = [];
    for (const [name, shape] of [
        ["ellipse", '<ellipse cx="50" cy="60" rx="20" ry="10"/>'],
        ["line", '<line x1="1" y1="2" x2="30" y2="4"/>'],
        ["path", '<path d="M 10 20 L 60 20 L 40 70 Z"/>'],
    ]) {
        const named = parsed(shape, ' xmlns="http://www.w3.org/2000/svg"');
        lines.push(`${name} ${place(parsed(shape, ""))} | ${place(named)}`);
        if (name === "ellipse")
            lines.push(`written back: ${format.serialize(named).target.selector.value}`);
    }
    return lines.join("\\n");
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


library = f"{sys.argv[1]}/node_modules/@annotorious/annotorious/dist"
handler = functools.partial(Quiet, directory=library)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
with sync_playwright() as playwright:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=sandbox)
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    print(page.evaluate(READ))
    browser.close()
server.shutdown()
PYTHON
)
echo "$seen"
wanted='ellipse {"cx":50,"cy":60,"rx":20,"ry":10} | {"cx":null,"cy":null,"rx":null,"ry":null}
written back: <svg><ellipse cx="NaN" cy="NaN" rx="NaN" ry="NaN" /></svg>
line [[1,2],[30,4]] | [[null,null],[null,null]]
path [[10,20],[60,20],[40,70]] | [[10,20],[60,20],[40,70]]'
[ "$seen" = "$wanted" ] || { echo "Annotorious does something else now." >&2; exit 1; }
