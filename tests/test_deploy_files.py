"""What docs/deploy.md and docs/containers.md have a person copy. Lost would be an evening of
theirs: a setting that is nowhere explained, a unit that systemd does not take, an image that does
not build.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
UNITS = ROOT / "deploy/systemd"
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
EXAMPLES = ("deploy/env.example", "deploy/env.compose.example")


def text(path):
    return (ROOT / path).read_text()


def settings_files():
    return text("dermaai/settings.py") + text("dermaai/practice.py")


def read_by_the_settings():
    return set(re.findall(r"\benv\.\w+\(\s*\"(\w+)\"", settings_files()))


def assigned(path):
    """{name: value}, those behind a # too."""
    return dict(re.findall(r"^#?([A-Z_0-9]+)=(.*)$", text(path), re.M))


def test_every_setting_is_explained_and_none_is_made_up():
    table = re.findall(r"^\| (`.+?) \|", text("docs/settings.md"), re.M)
    explained = {name for row in table for name in re.findall(r"`([A-Z][A-Z_0-9]+)`", row)}
    assert explained == read_by_the_settings()
    assert set(assigned("deploy/env.example")) == explained
    of_compose = set(assigned("deploy/env.compose.example")) - {"POSTGRES_PASSWORD"}
    assert of_compose <= explained


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_holds_no_secret(example):
    """Somebody would else run on a key that everybody has."""
    for name, value in assigned(example).items():
        if name.endswith(("_KEY", "_PASSWORD", "_STRING")):
            assert value == "", name


def test_the_defaults_that_the_example_tells_are_the_defaults():
    for name, value in re.findall(r"^#([A-Z_0-9]+)=(.+)$", text("deploy/env.example"), re.M):
        held = re.search(rf'env\.\w+\(\s*"{name}",(?: int,)? (.+?)\)', settings_files())
        told = eval(held[1].removeprefix("default="), {})
        if isinstance(told, list):
            told = ",".join(map(str, told))
        assert str(int(told) if isinstance(told, bool) else told) == value, name


COMMON = "deploy/systemd/dermaai-.service.d/common.conf"


@pytest.fixture
def units(tmp_path):
    """The units as systemd would find them, with this project where docs/deploy.md has it."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed (Debian: apt-get install systemd)")
    shutil.copytree(UNITS, tmp_path, dirs_exist_ok=True)
    for path in (*tmp_path.glob("*.service"), *tmp_path.glob("*/*.conf")):
        path.write_text(path.read_text().replace("/opt/dermaai", str(ROOT)))
    return tmp_path


def names(folder):
    kinds = ("service", "socket", "target", "timer")
    return [f"./{path.name}" for kind in kinds for path in folder.glob(f"*.{kind}")]


def test_systemd_takes_the_units(units):
    command = ["systemd-analyze", "verify", "--man=no", *names(units)]
    done = subprocess.run(command, cwd=units, capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if "dermaai" in line]
    assert (done.returncode, ours) == (0, [])


def test_the_units_may_do_little(units):
    """systemd's own judgement of what a service that was taken over could do: 10 is everything."""
    for unit in names(units):
        if unit.endswith(".service"):
            command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", unit]
            done = subprocess.run(command, cwd=units, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout


def test_the_units_let_decoders_confine_themselves():
    """Refused, they would go on without, and nobody would see it."""
    allowed = set()
    for line in re.findall(r"^SystemCallFilter=(.+)$", text(COMMON), re.M):
        allowed |= set(line.split())
    assert allowed >= {
        "seccomp",
        "landlock_create_ruleset",
        "landlock_add_rule",
        "landlock_restrict_self",
    }


def test_what_the_units_start_is_there():
    for unit in UNITS.glob("*.service"):
        command = re.search(r"^ExecStart=/opt/dermaai/(.+)$", unit.read_text(), re.M)[1].split()
        assert (ROOT / command[0]).exists(), unit
        if command[1:2] == ["manage.py"] and command[2] != "%i":
            assert command[2] in get_commands(), unit
    for job in re.search(r"^for job in ([\w \\\n]+);", text("docs/deploy.md"), re.M)[1].split():
        assert job == "\\" or job in get_commands(), job


def test_documents_name_what_there_is():
    for document in ("docs/deploy.md", "docs/containers.md", "docs/azure.md"):
        for path in re.findall(r"\b(?:deploy|script)/[\w./@-]*\w", text(document)):
            if not path.startswith("deploy/site"):
                assert (ROOT / path).exists(), (document, path)
        for block in re.findall(r"^```sh\n(.*?)^```", text(document), re.M | re.S):
            done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr


def instructions():
    """[(name, words)] of the Dockerfile."""
    lines = re.sub(r"^#.*\n", "", text("Dockerfile"), flags=re.M).replace("\\\n", " ")
    return [(line.split()[0], line.split()[1:]) for line in lines.splitlines() if line.strip()]


def test_hadolint_takes_the_dockerfile():
    """DL3008 wants a version of each Debian package, which Debian takes away with the next fix."""
    program = Path(sys.executable).parent / "hadolint"
    command = [program, "--ignore", "DL3008", "--failure-threshold", "info", "Dockerfile"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_image_copies_is_there_and_no_secret_is():
    ignored = text(".dockerignore").splitlines()
    for name, words in instructions():
        if name == "COPY" and not words[0].startswith("--from"):
            for source in words[:-1]:
                assert (ROOT / source).exists(), source
                assert source not in ignored, source
    for path in (".env", "deploy", ".git", "var", ".venv"):
        assert path in ignored, path
    assert not [words for name, words in instructions() if name in ("ARG", "ADD")]
    assert ("USER", ["10001:10001"]) in instructions()


def test_gunicorn_is_started_as_on_debian():
    on_debian = re.search(r"gunicorn (.+)$", text("deploy/systemd/dermaai-web.service"), re.M)[1]
    in_image = " ".join(instructions()[-1][1]).translate(str.maketrans("", "", '[],"'))
    for words in re.findall(r"--[\w-]+(?: [\w.]+)?", on_debian):
        assert words in in_image, words


def test_compose_lint_takes_the_composition():
    done = subprocess.run(
        [Path(sys.executable).parent / "compose-lint", "compose.yaml"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_composition_holds_together():
    services = COMPOSE["services"]
    for name, service in services.items():
        image = service["image"]
        assert re.search(r":[\w.${}:-]+$", image), f"{image} has no tag"
        assert "." not in image.split("/")[0] or "/" not in image, "no address of a registry"
        for other, how in service.get("depends_on", {}).items():
            assert other in services, name
            healthy = services[other].get("healthcheck", {}) or other == "web"  # the image's own
            assert how["condition"] != "service_healthy" or healthy, (name, other)
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert source.startswith("./deploy/site") or (ROOT / source).exists(), source
            else:
                assert source in COMPOSE["volumes"], source
        for network in service["networks"]:
            assert network in COMPOSE["networks"], network
        command = service.get("command", [])
        assert command[:2] != ["python", "manage.py"] or command[2] in get_commands()
        known = read_by_the_settings() | {
            key for key in service.get("environment", {}) if "POSTGRES" in key
        }
        assert set(service.get("environment", {})) <= known, name
    assert services["worker"]["deploy"]["replicas"] >= 2
    assert services["web"]["read_only"] is services["worker"]["read_only"] is True
