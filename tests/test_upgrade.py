"""A record goes from the version before into this one, in place: nothing is lost, altered or signed
away. Lost would be what the practice has."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from tools.servers import web

OLD_COMMIT = "e9994d4"  # the last version before this one's first change of a table
DEMO = (settings.BASE_DIR / "testing" / "former_demo.py").read_text()
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
def old_version(tmp_path):
    """A working copy of the version before, where the history is there."""
    worktree = tmp_path / "former"
    result = subprocess.run(
        ["git", "worktree", "add", "-q", "--detach", worktree, OLD_COMMIT],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )
    if result.returncode:
        pytest.skip(f"the version before is not in this copy's history: {result.stderr.strip()}")
    yield worktree
    subprocess.run(
        ["git", "worktree", "remove", "--force", worktree], cwd=settings.BASE_DIR, check=True
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


def test_old_version_upgrades_in_place(old_version, empty_database, tmp_path):
    environment = web.environment(tmp_path / "data", DATABASE_URL=empty_database)
    (tmp_path / "data").mkdir()

    def manage(*arguments, cwd=settings.BASE_DIR, **options):
        result = web.manage(
            environment, *arguments, cwd=cwd, check=False, capture_output=True, text=True, **options
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    manage("migrate", "-v0", cwd=old_version)
    token = manage("shell", cwd=old_version, input=DEMO).split()[-1]
    digests_before = digests(tmp_path / "data")
    assert digests_before

    manage("migrate", "-v0")
    manage("verify_images")
    manage("verify_audit")
    assert digests(tmp_path / "data") == digests_before
    assert " 0 orphans, 0 missing" in manage("reconcile", "--dry-run", "--older-than", "0")
    rows = json.loads(manage("shell", "-v0", "-c", ROWS))
    images, gallery_images = rows["consultations.ConsultationImage"], rows["gallery.UserImage"]
    assert len(digests_before) == 3 * images + 3 * gallery_images + 2 * len(rows["cutouts"])
    assert rows["cutouts"]
    assert rows["audit.Event"]
    for cutout, thumbnail, shown in rows["cutouts"].values():
        assert cutout.endswith("_processed.png")
        assert thumbnail.endswith("_cutout.webp")
        assert shown

    opened = f"from gallery.services.shares import find; print(find({token!r}).image.cutout.name)"
    shared = manage("shell", "-v0", "-c", opened).strip()
    assert shared in {cutout for cutout, *_rest in rows["cutouts"].values()}, "its link still opens"

    manage("migrate", "-v0", "gallery", "0006")
    manage("migrate", "-v0")
    assert json.loads(manage("shell", "-v0", "-c", ROWS))["cutouts"] == rows["cutouts"]
