"""script/setup, with a pip and an npm that only note what they are asked for."""

import shutil
import subprocess
import sys

import pytest
from django.conf import settings

VENDOR = (
    "uppy/dist/uppy.min.mjs",
    "openseadragon/build/openseadragon/openseadragon.min.js",
    *(f"libheif-js/libheif-wasm/{name}" for name in ("libheif.js", "libheif.wasm", "LICENSE")),
)
LISTS = ("model", "dev", "node")
NPM = f"""#!/usr/bin/env bash
echo "$*" >>npm.log
rm -rf node_modules
for file in {" ".join(VENDOR)}; do
  mkdir -p "$(dirname node_modules/$file)" && echo x >node_modules/$file
done
case "$*" in *--omit=dev*) ;; *) mkdir node_modules/axe-core ;; esac
"""


@pytest.fixture
def setup(tmp_path):
    """`setup(*arguments)` runs the script; answers what npm was asked for until now."""
    shutil.copytree(settings.BASE_DIR / "script", tmp_path / "script")
    (tmp_path / "requirements").mkdir()
    for name in ("requirements.txt", *(f"requirements/{each}.txt" for each in LISTS)):
        (tmp_path / name).touch()
    (tmp_path / "package-lock.json").touch()
    programs = tmp_path / ".venv/bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    for name, text in (("npm", NPM), ("node", "#!/bin/sh\n"), ("pip", "#!/bin/sh\n")):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)

    def run(*arguments):
        command = [tmp_path / "script/setup", *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
        return (tmp_path / "npm.log").read_text().splitlines()

    return run


def test_packages_of_the_tests_stay_where_they_are(setup, tmp_path):
    """script/server sets up without them; where the lock file had changed it took them away."""
    assert setup("dev") == ["ci --no-progress"]
    assert setup() == setup("dev") == ["ci --no-progress"]
    (tmp_path / "package-lock.json").write_text("{}")
    assert "--omit=dev" not in setup()[-1]
    assert len(setup("dev")) == 2
    assert (tmp_path / "node_modules/axe-core").is_dir()


def test_without_them_only_what_a_server_needs_is_installed(setup):
    assert setup() == ["ci --no-progress --omit=dev"]
