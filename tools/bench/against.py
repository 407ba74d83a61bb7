"""script/bench pages --against REV: what a page costs in this tree and in another revision.

Both are served by gunicorn with production's settings, over the same rows, and asked in turn, so
that whatever else the machine does meanwhile is shared. Each runs its own code with our packages.
"""

import http.client
import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tools.servers import web

from . import first_view
from .report import Report

ROOT = Path(__file__).resolve().parents[2]
REQUESTS, WARMING = 60, 5  # of each page to each tree
# Head's part of base's cost, at most.
CPU = {
    "consultation, 24 images": 0.40,
    "patient, 48 images": 0.40,
    "gallery, 48 images": 0.45,
    "home": 0.45,
}
BYTES = {"consultation, 24 images": 0.6}
FIRST_VIEW = 0.6  # of the time until the largest picture is there


@dataclass
class Tree:
    """One of the two: its code, its data, and what the scene printed."""

    name: str
    code: Path
    data: Path
    scene: dict = field(default_factory=dict)
    port: int = 0
    worker: int = 0

    def fill(self):
        """Migrate, collect static files, insert the rows."""
        env = self.environment()
        quiet = {"cwd": self.code, "stdout": subprocess.DEVNULL}
        web.manage(env, "migrate", "--no-input", **quiet)
        web.manage(env, "collectstatic", "--no-input", "-v0", **quiet)
        told = subprocess.run(
            [sys.executable, "-W", "ignore", "-"],
            input=(ROOT / "tools/bench/page_scene.py").read_bytes(),
            stdout=subprocess.PIPE,
            env=env,
            cwd=self.code,
            check=True,
        )
        self.scene = json.loads(told.stdout)

    def environment(self):
        more = {"SECRET_KEY": "the same in both " * 4, "LOG_LEVEL": "ERROR"}
        return web.environment(self.data, **more)

    @contextmanager
    def served(self):
        self.port = web.free_port()
        with web.served(self.environment(), self.port, cwd=self.code) as server:
            (self.worker,) = web.children(server.pid)
            yield self

    def get(self, page):
        """The HTML of a page as it leaves the application."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        cookie = {"Cookie": f"sessionid={self.scene['session']}", "Accept-Encoding": "identity"}
        connection.request("GET", self.scene["pages"][page]["path"], headers=cookie)
        answer = connection.getresponse()
        html = answer.read()
        connection.close()
        if answer.status != 200:
            sys.exit(f"{self.name}: {page}: {answer.status}")
        return html

    def cpu(self):
        """Seconds that the worker has computed, for itself and in the kernel."""
        facts = Path(f"/proc/{self.worker}/stat").read_text().rpartition(")")[2].split()
        return (int(facts[11]) + int(facts[12])) / os.sysconf("SC_CLK_TCK")


def revision_named(name):
    """Its short name."""
    return subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", f"{name}^{{commit}}"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.strip()


@contextmanager
def both(name):
    """[base, head]: a revision and this tree, filled and served."""
    with ExitStack() as stack:
        folders = [stack.enter_context(tempfile.TemporaryDirectory()) for _ in range(2)]
        trees = [
            Tree("base", stack.enter_context(revision(name)), Path(folders[0])),
            Tree("head", ROOT, Path(folders[1])),
        ]
        for tree in trees:
            tree.fill()
            stack.enter_context(tree.served())
        yield trees


@contextmanager
def revision(name):
    """A tree of it that is gone afterwards, with the libraries that script/setup has fetched."""
    with tempfile.TemporaryDirectory(prefix="dermaai-base-") as folder:
        code = Path(folder) / "tree"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "-q", "--detach", str(code), name], check=True)
        try:
            (code / "static/vendor").symlink_to(ROOT / "static/vendor")
            yield code
        finally:
            subprocess.run([*git, "remove", "--force", str(code)], check=True)


def measure(trees, page):
    """[(CPU ms of a request, bytes of HTML)] of base and head, asked in turn."""
    for _ in range(WARMING):
        sizes = [len(tree.get(page)) for tree in trees]
    before = [tree.cpu() for tree in trees]
    for number in range(REQUESTS):
        for tree in trees if number % 2 else reversed(trees):
            tree.get(page)
    spent = [tree.cpu() - began for tree, began in zip(trees, before, strict=True)]
    return [(1000 * s / REQUESTS, size) for s, size in zip(spent, sizes, strict=True)]


def tell(report, trees, measured):
    """The table of the pages, and their goals."""
    rows, goals = [], []
    base, head = (tree.scene["pages"] for tree in trees)
    for page, ((cpu, size), (new_cpu, new_size)) in measured.items():
        asked, asks = base[page]["statements"], head[page]["statements"]
        ratio, part = new_cpu / cpu, new_size / size
        limit = f"{ratio:.2f} (≤ {CPU[page]})"
        row = [page, f"{cpu:.1f}", f"{new_cpu:.1f}", limit]
        rows.append([*row, f"{size:,}", f"{new_size:,}", f"{part:.2f}", asked, asks])
        goals.append((f"{page}: CPU, head / base", ratio, CPU[page]))
        if page in BYTES:
            goals.append((f"{page}: bytes of HTML, head / base", part, BYTES[page]))
        goals.append((f"{page}: SQL statements, head / base", asks / asked, 1.0))
    columns = ("CPU ms, base", "head", "ratio", "HTML bytes, base", "head", "ratio", "SQL, base")
    report.table(("page", *columns, "head"), rows)
    return goals


def main(name):
    report = Report("Pages against a former revision")
    rev = revision_named(name)
    report.text(
        f"Base is {rev}. CPU is of the worker process, user and system, mean of {REQUESTS} "
        "requests, base and head in turn; bytes are before compression."
    )
    with both(rev) as trees:
        goals = tell(report, trees, {page: measure(trees, page) for page in CPU})
        page = next(iter(CPU))
        first, then = first_view.tell(report, trees, page)
        goals.append((f"{page}: first view until the largest picture", then / first, FIRST_VIEW))
    report.goals(goals)
    report.finish()


if __name__ == "__main__":
    main(sys.argv[1])
