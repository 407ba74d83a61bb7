#!/usr/bin/env bash
# @annotorious/annotorious 3.8.10: some valid SVG regions are read as other ones, without an error.
#
# W3CImageFormat takes a polygon's points apart at commas alone, where SVG allows spaces; a path's
# relative steps for places of the picture; and leaves a shape's rotation out. Each is the same
# region for a browser that draws it. What is written back is the other region.
# Output seen (commas | spaces; absolute | relative; rotated by 90 degrees, read and written back):
#   polygon [[10,20],[60,20],[40,70]] | [[10],[20],[60],[20],[40],[70]]
#   path [[10,20],[60,20],[40,70]] | [[10,20],[50,0],[-20,50]]
#   ellipse 20 x 10, <svg><ellipse cx="50" cy="60" rx="20" ry="10" /></svg>
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
    const parsed = (shape) => format.parse({
        "@context": "http://www.w3.org/ns/anno.jsonld",
        id: "urn:example:1",
        type: "Annotation",
        body: [],
        target: {
            source: "picture.jpg",
            selector: { type: "SvgSelector", value: `<svg>${shape}</svg>` },
        },
    }).parsed;
    const corners = (shape) => {
        const { points } = parsed(shape).target.selector.geometry;
        return JSON.stringify(points.map((corner) => corner.point || corner));
    };
    const turned = parsed(
        '<ellipse cx="50" cy="60" rx="20" ry="10" transform="rotate(90 50 60)"/>',
    );
    const { rx, ry } = turned.target.selector.geometry;
    const pair = (name, one, other) => `${name} ${corners(one)} | ${corners(other)}`;
    return [
        pair(
            "polygon",
            '<polygon points="10,20 60,20 40,70"/>',
            '<polygon points="10 20 60 20 40 70"/>',
        ),
        pair(
            "path",
            '<path d="M 10 20 L 60 20 L 40 70 Z"/>',
            '<path d="m 10 20 l 50 0 l -20 50 z"/>',
        ),
        `ellipse ${rx} x ${ry}, ${format.serialize(turned).target.selector.value}`,
    ].join("\\n");
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
wanted='polygon [[10,20],[60,20],[40,70]] | [[10],[20],[60],[20],[40],[70]]
path [[10,20],[60,20],[40,70]] | [[10,20],[50,0],[-20,50]]
ellipse 20 x 10, <svg><ellipse cx="50" cy="60" rx="20" ry="10" /></svg>'
[ "$seen" = "$wanted" ] || { echo "Annotorious does something else now." >&2; exit 1; }
