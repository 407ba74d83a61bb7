"""Files that docs/deploy.md and docs/containers.md tell operators to use: every setting is
documented, systemd accepts the units, the image can be built.
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
SETTINGS = [f"dermaai/{name}.py" for name in ("settings", "practice", "processing")]
EXAMPLES = ("deploy/env.example", "deploy/env.compose.example")


def text(path):
    return (ROOT / path).read_text()


def setting_files():
    return "".join(map(text, SETTINGS))


def setting_names():
    return set(re.findall(r"\benv\.\w+\(\s*\"(\w+)\"", setting_files()))


def assignments(path):
    """{name: value}, including commented-out ones."""
    return dict(re.findall(r"^#?([A-Z_0-9]+)=(.*)$", text(path), re.M))


def test_every_setting_is_documented_and_no_other():
    table = re.findall(r"^\| (`.+?) \|", text("docs/settings.md"), re.M)
    explained = {name for row in table for name in re.findall(r"`([A-Z][A-Z_0-9]+)`", row)}
    assert explained == setting_names()
    assert set(assignments("deploy/env.example")) == explained
    in_compose_example = set(assignments("deploy/env.compose.example")) - {"POSTGRES_PASSWORD"}
    assert in_compose_example <= explained


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_files_have_no_secret(example):
    """Otherwise somebody would run with a publicly known key."""
    for name, value in assignments(example).items():
        if name.endswith(("_KEY", "_PASSWORD", "_STRING")):
            assert value == "", name


def test_defaults_in_the_example_match_the_settings():
    for name, value in re.findall(r"^#([A-Z_0-9]+)=(.+)$", text("deploy/env.example"), re.M):
        declaration = re.search(rf'env\.\w+\(\s*"{name}",(?: int,)? (.+?)\)', setting_files())
        default = eval(declaration[1].removeprefix("default="), {})
        if isinstance(default, list):
            default = ",".join(map(str, default))
        assert str(int(default) if isinstance(default, bool) else default) == value, name


COMMON = "deploy/systemd/dermaai-.service.d/common.conf"


@pytest.fixture
def units(tmp_path):
    """The folder of the units, with this project in place of the path of docs/deploy.md."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed (Debian: apt-get install systemd)")
    shutil.copytree(UNITS, tmp_path, dirs_exist_ok=True)
    for path in (*tmp_path.glob("*.service"), *tmp_path.glob("*/*.conf")):
        path.write_text(path.read_text().replace("/opt/dermaai", str(ROOT)))
    return tmp_path


def unit_files(folder):
    kinds = ("service", "socket", "target", "timer")
    return [f"./{path.name}" for kind in kinds for path in folder.glob(f"*.{kind}")]


def test_systemd_accepts_the_units(units):
    command = ["systemd-analyze", "verify", "--man=no", *unit_files(units)]
    result = subprocess.run(command, cwd=units, capture_output=True, text=True)
    our_lines = [line for line in result.stderr.splitlines() if "dermaai" in line]
    assert (result.returncode, our_lines) == (0, [])


def test_units_are_sandboxed(units):
    """By systemd's own rating of how exposed a service is (0 to 10)."""
    for unit in unit_files(units):
        if unit.endswith(".service"):
            command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", unit]
            result = subprocess.run(command, cwd=units, capture_output=True, text=True)
            assert result.returncode == 0, result.stdout


def test_units_allow_the_system_calls_of_confinement():
    """If refused, decoders would silently run unconfined."""
    allowed = set()
    for line in re.findall(r"^SystemCallFilter=(.+)$", text(COMMON), re.M):
        allowed |= set(line.split())
    assert allowed >= {
        "seccomp",
        "landlock_create_ruleset",
        "landlock_add_rule",
        "landlock_restrict_self",
    }


def test_units_start_existing_commands():
    for unit in UNITS.glob("*.service"):
        command = re.search(r"^ExecStart=/opt/dermaai/(.+)$", unit.read_text(), re.M)[1].split()
        assert (ROOT / command[0]).exists(), unit
        if command[1:2] == ["manage.py"] and command[2] != "%i":
            assert command[2] in get_commands(), unit
    for job in re.search(r"^for job in ([\w \\\n]+);", text("docs/deploy.md"), re.M)[1].split():
        assert job == "\\" or job in get_commands(), job


def test_documents_name_existing_files_and_valid_shell():
    for document in ("docs/deploy.md", "docs/containers.md", "docs/azure.md"):
        for path in re.findall(r"\b(?:deploy|script)/[\w./@-]*\w", text(document)):
            if not path.startswith("deploy/site"):
                assert (ROOT / path).exists(), (document, path)
        for block in re.findall(r"^```sh\n(.*?)^```", text(document), re.M | re.S):
            result = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True)
            assert result.returncode == 0, result.stderr


def instructions():
    """[(name, words)] of the Dockerfile."""
    lines = re.sub(r"^#.*\n", "", text("Dockerfile"), flags=re.M).replace("\\\n", " ")
    return [(line.split()[0], line.split()[1:]) for line in lines.splitlines() if line.strip()]


def test_hadolint_accepts_the_dockerfile():
    """DL3008 requires versions of Debian packages, which Debian removes with the next fix."""
    program = Path(sys.executable).parent / "hadolint"
    command = [program, "--ignore", "DL3008", "--failure-threshold", "info", "Dockerfile"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_image_copies_existing_files_and_no_secrets():
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


def test_image_starts_gunicorn_with_the_options_of_the_unit():
    on_debian = re.search(r"gunicorn (.+)$", text("deploy/systemd/dermaai-web.service"), re.M)[1]
    in_image = " ".join(instructions()[-1][1]).translate(str.maketrans("", "", '[],"'))
    for words in re.findall(r"--[\w-]+(?: [\w.]+)?", on_debian):
        assert words in in_image, words


def test_compose_lint_accepts_compose_yaml():
    result = subprocess.run(
        [Path(sys.executable).parent / "compose-lint", "compose.yaml"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr


def test_compose_yaml_is_consistent():
    services = COMPOSE["services"]
    for name, service in services.items():
        image = service["image"]
        assert re.search(r":[\w.${}:-]+$", image), f"{image} has no tag"
        assert "." not in image.split("/")[0] or "/" not in image, "no registry host"
        for other, dependency in service.get("depends_on", {}).items():
            assert other in services, name
            healthy = (
                services[other].get("healthcheck", {}) or other == "web"
            )  # defined in the image
            assert dependency["condition"] != "service_healthy" or healthy, (name, other)
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
        known_settings = setting_names() | {
            key for key in service.get("environment", {}) if "POSTGRES" in key
        }
        assert set(service.get("environment", {})) <= known_settings, name
    assert services["worker"]["deploy"]["replicas"] >= 2
    assert services["web"]["read_only"] is services["worker"]["read_only"] is True
