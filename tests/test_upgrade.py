"""A record goes from the version before into this one, in place: nothing is lost, altered or signed
away. Lost would be what the practice has."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from tools.servers import web

FORMER = "e9994d4"  # the last version before this one's first change of a table
FILL = (settings.BASE_DIR / "testing" / "former_demo.py").read_text()
ROWS = """
import json
from django.apps import apps
from gallery.models import UserImage
told = {}
for label in ("consultations.ConsultationImage", "gallery.UserImage", "audit.Event"):
    told[label] = apps.get_model(label).objects.count()
told["cutouts"] = {
    str(image.pk): [image.cutout.name, image.cutout_thumbnail.name, image.processed_url is not None]
    for image in UserImage.objects.filter(status="ready")
}
print(json.dumps(told))
"""

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


def test_the_version_before_upgrades_in_place(former, empty_database, tmp_path):
    environment = web.environment(tmp_path / "data", DATABASE_URL=empty_database)
    (tmp_path / "data").mkdir()

    def manage(*arguments, cwd=settings.BASE_DIR, **options):
        done = web.manage(
            environment, *arguments, cwd=cwd, check=False, capture_output=True, text=True, **options
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    manage("migrate", "-v0", cwd=former)
    token = manage("shell", cwd=former, input=FILL).split()[-1]
    before = digests(tmp_path / "data")
    assert before

    manage("migrate", "-v0")
    manage("verify_images")
    manage("verify_audit")
    assert digests(tmp_path / "data") == before
    assert " 0 orphans, 0 missing" in manage("reconcile", "--dry-run", "--older-than", "0")
    told = json.loads(manage("shell", "-v0", "-c", ROWS))
    pictures, copies = told["consultations.ConsultationImage"], told["gallery.UserImage"]
    assert len(before) == 3 * pictures + 3 * copies + 2 * len(told["cutouts"])
    assert told["cutouts"]
    assert told["audit.Event"]
    for cutout, thumbnail, shown in told["cutouts"].values():
        assert cutout.endswith("_processed.png")
        assert thumbnail.endswith("_cutout.webp")
        assert shown

    opened = f"from gallery.services.shares import find; print(find({token!r}).image.cutout.name)"
    shared = manage("shell", "-v0", "-c", opened).strip()
    assert shared in {cutout for cutout, *_rest in told["cutouts"].values()}, "its link still opens"

    manage("migrate", "-v0", "gallery", "0006")
    manage("migrate", "-v0")
    assert json.loads(manage("shell", "-v0", "-c", ROWS))["cutouts"] == told["cutouts"]
