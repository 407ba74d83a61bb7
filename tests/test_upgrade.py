"""A record goes from the version before into this one, in place: nothing is lost, altered or signed
away. Lost would be what the practice has."""

import hashlib
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

FORMER = "e9994d4"  # the last version before this one's first change of a table
FILL = (settings.BASE_DIR / "testing" / "former_demo.py").read_text()
pytestmark = pytest.mark.long


@pytest.fixture
def former(tmp_path):
    """A working copy of the version before, where the history is there."""
    copy = tmp_path / "former"
    made = subprocess.run(
        ["git", "worktree", "add", "-q", "--detach", copy, FORMER],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )
    if made.returncode:
        pytest.skip(f"the version before is not in this copy's history: {made.stderr.strip()}")
    yield copy
    subprocess.run(
        ["git", "worktree", "remove", "--force", copy], cwd=settings.BASE_DIR, check=True
    )


def digests(folder):
    """{path: SHA-256} of every blob."""
    media = Path(folder) / "media"
    return {
        path.relative_to(media).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in media.rglob("*")
        if path.is_file()
    }


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request, tmp_path):
    """The DATABASE_URL of a database without a table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'db.sqlite3'}"
    return request.getfixturevalue("server").empty()


def test_the_version_before_upgrades_in_place(former, empty_database, install):
    here = install(DATABASE_URL=empty_database)
    here.manage("migrate", "-v0", cwd=former)
    token = here.manage("shell", cwd=former, input=FILL).split()[-1]
    before = digests(here.folder)
    assert before

    here.manage("migrate", "-v0")
    found = here.program("upgrade.check", token=token)
    assert digests(here.folder) == before
    assert " 0 orphans, 0 missing" in found["reconcile"]
    counts, cutouts = found["counts"], found["cutouts"]
    pictures, copies = counts["consultations.ConsultationImage"], counts["gallery.UserImage"]
    assert len(before) == 3 * pictures + 3 * copies + 2 * len(cutouts)
    assert cutouts
    assert counts["audit.Event"]
    for cutout, thumbnail, shown in cutouts.values():
        assert cutout.endswith("_processed.png")
        assert thumbnail.endswith("_cutout.webp")
        assert shown
    assert found["shared"] in {cutout for cutout, *_rest in cutouts.values()}, "its link opens"

    here.manage("migrate", "-v0", "gallery", "0006")
    here.manage("migrate", "-v0")
    assert here.program("upgrade.rows")["cutouts"] == cutouts
