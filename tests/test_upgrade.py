"""A database of the previous version is upgraded in place: nothing is lost, altered or exposed."""

import hashlib
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

OLD_COMMIT = "e9994d4"  # the last version before this one's first migration
DEMO = (settings.BASE_DIR / "testing" / "former_demo.py").read_text()
pytestmark = pytest.mark.long


@pytest.fixture
def old_version(tmp_path):
    """A working copy of the old version; skips the test where the history does not have it."""
    worktree = tmp_path / "former"
    result = subprocess.run(
        ["git", "worktree", "add", "-q", "--detach", worktree, OLD_COMMIT],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )
    if result.returncode:
        pytest.skip(f"the old version is not in this copy's history: {result.stderr.strip()}")
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
    """The DATABASE_URL of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'db.sqlite3'}"
    return request.getfixturevalue("server").empty()


def test_old_version_upgrades_in_place(old_version, empty_database, install):
    installation = install(DATABASE_URL=empty_database)
    installation.manage("migrate", "-v0", cwd=old_version)
    token = installation.manage("shell", cwd=old_version, input=DEMO).split()[-1]
    digests_before = digests(installation.folder)
    assert digests_before

    installation.manage("migrate", "-v0")
    report = installation.program("upgrade.check", token=token)
    assert digests(installation.folder) == digests_before
    assert " 0 orphans, 0 missing" in report["reconcile"]
    counts, cutouts = report["counts"], report["cutouts"]
    images, gallery_images = counts["consultations.ConsultationImage"], counts["gallery.UserImage"]
    assert len(digests_before) == 3 * images + 3 * gallery_images + 2 * len(cutouts)
    assert cutouts
    assert counts["audit.Event"]
    for cutout, thumbnail, has_url in cutouts.values():
        assert cutout.endswith("_processed.png")
        assert thumbnail.endswith("_cutout.webp")
        assert has_url
    assert report["shared"] in {cutout for cutout, *_rest in cutouts.values()}, (
        "the old link still opens"
    )

    installation.manage("migrate", "-v0", "gallery", "0006")
    installation.manage("migrate", "-v0")
    assert installation.program("upgrade.rows")["cutouts"] == cutouts
