#!/usr/bin/env bash
# OpenSeadragon 6.1.1: a flipped picture keeps the coordinates of the picture that is not.
#
# `viewport.setFlip(true)` draws the picture mirrored, but the conversion of an image's point to the
# viewer's element answers as if it were not (asked upstream in 2019, openseadragon #1695, still open):
# a mark or a ruler placed by it stands over the other half of the picture, on the wrong side of a body.
#
# The picture is red on its left half. Seen are the pixel at a quarter of the width and where the
# image's point x = 100 (of 400, at its own size) is said to lie, before and after the flip.
# Output seen:
#   6.1.1 before: red 100 after: white 100
# Chromium is Debian's, or the one that CHROMIUM names.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check playwright==1.61.0
npm install --silent --no-audit --no-fund --prefix "$folder" openseadragon@6.1.1
seen=$(CHROMIUM=${CHROMIUM:-$(command -v chromium)} "$folder/venv/bin/python" - "$folder" <<'PYTHON'
import os
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

LIBRARY = "node_modules/openseadragon/build/openseadragon/openseadragon.min.js"
SHOW = """async () => {
    const source = document.createElement("canvas");
    [source.width, source.height] = [400, 300];
    const pen = source.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, 400, 300);
    pen.fillStyle = "red";
    pen.fillRect(0, 0, 200, 300);
    const viewer = OpenSeadragon({
        element: document.getElementById("viewer"),
        drawer: "canvas",
        showNavigationControl: false,
        animationTime: 0,
        immediateRender: true,
        tileSources: { type: "image", url: source.toDataURL() },
    });
    await new Promise((done) => viewer.addOnceHandler("open", done));
    const settled = () => new Promise((done) => setTimeout(done, 800));
    const look = () => {
        const { canvas } = viewer.drawer;
        const [x, y] = [canvas.width / 4, canvas.height / 2].map(Math.round);
        const [, green] = canvas.getContext("2d").getImageData(x, y, 1, 1).data;
        const point = new OpenSeadragon.Point(100, 150);
        const { x: at } = viewer.viewport.imageToViewerElementCoordinates(point);
        return `${green ? "white" : "red"} ${Math.round(at)}`;
    };
    await settled();
    const before = look();
    viewer.viewport.setFlip(true);
    viewer.forceRedraw();
    await settled();
    return `${OpenSeadragon.version.versionStr} before: ${before} after: ${look()}`;
}"""
with sync_playwright() as playwright:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=sandbox)
    page = browser.new_page(viewport={"width": 400, "height": 300})
    page.set_content('<div id="viewer" style="width: 400px; height: 300px"></div>')
    page.add_script_tag(path=Path(sys.argv[1], LIBRARY))
    print(page.evaluate(SHOW))
    browser.close()
PYTHON
)
echo "$seen"
[ "$seen" = "6.1.1 before: red 100 after: white 100" ] || { echo "OpenSeadragon does something else now." >&2; exit 1; }
