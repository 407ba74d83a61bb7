"""What comparing costs: opening two pictures of 12 MP together, and how smoothly panes move.

A part of `script/bench compare`.
"""

import os
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from tools import phantoms
from tools.servers import web

from . import first_view
from .uploads import PASSWORD, Client

VISITS = 6  # one picture each: two that are measured, two more panes, two to warm up with
ROUNDS, TRIES = 5, 3
MOST = 1.2  # of two openings of the viewer
THROTTLED = 4  # times slower a processor
MOVED = 3.0  # seconds of a hand that moves the picture
SMOOTH, SHARE = 50, 0.9  # frames a second, or this share of one pane's
SIZE = (4032, 3024)
PATIENCE = 180_000  # ms for one step: what is measured is no time by the clock
TICKS = os.sysconf("SC_CLK_TCK")
COUNT_FRAMES = """() => {
    window.frames = [];
    const count = (time) => { window.frames.push(time); requestAnimationFrame(count); };
    requestAnimationFrame(count);
}"""
DRAWN = '[data-stage][data-state=""]'


def cpu_seconds(pid):
    """Of a process and its children, those that have ended included."""
    seconds = 0.0
    for each in (pid, *web.children(pid)):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        seconds += sum(map(int, fields[11:15] if each == pid else fields[11:13])) / TICKS
    return seconds


@contextmanager
def practice(data):
    """A server with a patient of VISITS visits, this picture at each. Yields (port, worker)."""
    with tempfile.TemporaryDirectory() as folder:
        environment, port = web.environment(folder), web.free_port()
        web.manage(environment, "migrate", "-v0")
        web.manage(environment, "collectstatic", "-v0", "--no-input")
        made = (
            "from datetime import date; from accounts.models import User;"
            "from consultations.models import *;"
            f"d = User.objects.create_user('doctor@bench.example', '{PASSWORD}', role='doctor');"
            "p = Patient.objects.create(full_name='Bench', created_by=d);"
            f"[Consultation.objects.create(doctor=d, patient=p, date=date(2026, 1, 1 + n))"
            f" for n in range({VISITS})]"
        )
        web.manage(environment, "shell", "-v0", "-c", made)
        with web.served(environment, port) as process:
            client = Client(port, data)
            for visit in range(1, VISITS + 1):
                client.upload(to=visit)
            yield port, web.children(process.pid)[0]


def signed_in(browser, port):
    """The state of a doctor's browser, for all readers: a login takes seconds where others work."""
    with browser.new_context(base_url=f"http://127.0.0.1:{port}") as context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto("/accounts/login/")
        page.locator("[name=username]").fill("doctor@bench.example")
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main button[type=submit]").click()
        page.wait_for_url(f"http://127.0.0.1:{port}/")
        return context.storage_state()


class Reader:
    """A doctor's browser, with an empty cache."""

    def __init__(self, browser, port, state):
        self.context = browser.new_context(
            base_url=f"http://127.0.0.1:{port}",
            viewport={"width": 1280, "height": 900},
            storage_state=state,
        )
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.line = self.context.new_cdp_session(self.page)
        self.line.send("Network.enable")
        self.received = 0
        self.line.on("Network.loadingFinished", self._count)

    def _count(self, event):
        self.received += event["encodedDataLength"]

    def open(self, path, panes=1):
        """Resolves when every picture is drawn."""
        self.page.goto(path)
        self.page.locator(DRAWN).nth(panes - 1).wait_for()

    def view(self, *images):
        """Opens the viewer at each, as by a link."""
        for image in images:
            self.open(f"/consultations/{image}/?image={image}")

    def compare(self, *images):
        self.open(f"/compare/?images={','.join(map(str, images))}", len(images))


def opening(browser, port, worker, state):
    """({"viewer": [(CPU s, bytes)], "comparison": …}): two pictures each way, in turn; scripts and
    styles are in the browser already, the pictures are not."""
    taken = {"viewer": [], "comparison": []}
    for _ in range(ROUNDS):
        for name, costs in taken.items():
            reader = Reader(browser, port, state)
            reader.view(5)
            reader.compare(5, 6)
            reader.page.goto("about:blank")
            began, reader.received = cpu_seconds(worker), 0
            (reader.view if name == "viewer" else reader.compare)(1, 2)
            reader.page.wait_for_load_state("networkidle")
            costs.append((cpu_seconds(worker) - began, reader.received))
            reader.context.close()
    return taken


def frames(reader):
    """Frames a second while a hand moves the first picture, on a slowed processor."""
    reader.line.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLED})
    box = reader.page.locator("[data-stage]").first.bounding_box()
    middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    for _ in range(3):
        reader.page.keyboard.press("+")
        reader.page.wait_for_timeout(700)

    def mouse(kind, across=0.0, **more):
        at = {"x": middle["x"] + across, "y": middle["y"] + across / 2}
        reader.line.send("Input.dispatchMouseEvent", {"type": kind, **at, **more})

    held = {"button": "left", "buttons": 1, "clickCount": 1}
    mouse("mouseMoved")
    mouse("mousePressed", **held)
    reader.page.evaluate(COUNT_FRAMES)
    began = time.monotonic()
    while (since := time.monotonic() - began) < MOVED:
        mouse("mouseMoved", 60 * abs((2 * since) % 2 - 1), **held)
    times = reader.page.evaluate("window.frames")
    mouse("mouseReleased", **held)
    reader.line.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return 1000 * (len(times) - 1) / (times[-1] - times[0])


def one_pane(reader):
    """The viewer, without its information beside the picture: about as large as four panes."""
    reader.view(1)
    reader.page.keyboard.press("i")


def smoothness(browser, port, state):
    """(one pane's rate, four panes'), frames a second, in turn; the best of TRIES each."""
    best = [0.0, 0.0]
    for _ in range(TRIES):
        for place, act in enumerate((one_pane, lambda reader: reader.compare(1, 2, 3, 4))):
            reader = Reader(browser, port, state)
            act(reader)
            best[place] = max(best[place], frames(reader))
            reader.context.close()
    return best


def goals(report, path):
    """Rows for `Report.goals`; prints the figures behind them. `path`: a JPEG of 12 MP."""
    data = path.read_bytes()
    with practice(data) as (port, worker), sync_playwright() as playwright:
        browser = first_view.launched(playwright)
        state = signed_in(browser, port)
        taken = opening(browser, port, worker, state)
        one, four = smoothness(browser, port, state)
        browser.close()
    cpu, received = (
        {name: median(cost[place] for cost in costs) for name, costs in taken.items()}
        for place in (0, 1)
    )
    report.text(
        f"Two pictures of 12 MP, opened one after the other in the viewer and together in a "
        f"comparison: gunicorn, SQLite, the embedded storage, Chromium; median of {ROUNDS}."
    )
    report.table(
        ("", "server CPU, ms", "bytes received"),
        [(name, f"{cpu[name] * 1000:.0f}", f"{received[name]:,.0f}") for name in taken],
    )
    report.text(
        f"Frames a second while a picture is moved by hand, processor slowed {THROTTLED} times: "
        f"viewer {one:.0f}, four linked panes {four:.0f}."
    )
    return [
        ("opening a comparison, server CPU", cpu["comparison"] / cpu["viewer"], MOST),
        ("opening a comparison, bytes", received["comparison"] / received["viewer"], MOST),
        ("four linked panes, frames wanted of frames drawn", min(SMOOTH, SHARE * one) / four, 1.0),
    ]


def main(report):
    """Prints the figures; rows for `Report.goals`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "12-MP.jpg"
        drawn = phantoms.macro(12, size=SIZE, lesion=phantoms.Lesion(12))
        drawn.save(path, "JPEG", quality=95, subsampling="4:2:0")
        return goals(report, path)
