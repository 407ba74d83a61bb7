"""script/walk: does what docs/deploy.md says, on a bare Debian that it makes for that.

Debian comes from debootstrap and is booted by systemd-nspawn, with a systemd of its own; the
network is this machine's, so its ports 80, 443 and 5432 must be free. Every block of the document
marked `sh` is run in its order, by one shell of root; what the document asks a person for is typed
in. In between, a person uses the site over HTTPS: after the installation, after a reboot, after the
restore, after the upgrade. WALK_PREPARE names a program that is given the machine's folder before
it boots: for a machine that needs a proxy or a mirror.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from testing.proxy import Client, path_of
from tools import phantoms

from .machine import Machine, Shell

ROOT = Path(__file__).resolve().parents[2]
SITE, EMAIL, PASSWORD = "derma.walk.test", "first@example.org", "a walk in the long grass"
ANSWERS = {r"mail.*: $": EMAIL, r"(?i)(name|nom).*: $": "First", r"(?i)(pass|mot).*: $": PASSWORD}
FILL = f"""
from datetime import date
from accounts.models import User
from consultations.models import Consultation, Patient
doctor = User.objects.create_user("doctor@example.org", "{PASSWORD}", full_name="D", role="doctor")
record = Patient.objects.create(full_name="Marie Lefèvre", created_by=doctor)
print(Consultation.objects.create(doctor=doctor, patient=record, date=date(2026, 11, 14)).pk)
"""


def sections(text):
    """[(title, [block, …])]: the commands of the document."""
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        yield part.splitlines()[0], re.findall(r"^```sh\n(.*?)^```", part, re.M | re.S)


class Person:
    """Uses the site as a doctor does, and remembers what was stored."""

    def __init__(self, machine):
        self.machine, self.stored = machine, {}
        number = self.python(FILL).split()[-1]
        self.images = f"/api/v1/consultations/{number}/images"

    def python(self, code):
        (self.machine.root / "srv/fill.py").write_text(code)
        run = "/opt/dermaai/deploy/run python manage.py shell -v0 -c"
        return self.machine.tell(f'cd /opt/dermaai; {run} "$(cat /srv/fill.py)" </dev/null')

    def client(self):
        certificate = self.machine.root / "etc/dermaai/tls/fullchain.pem"
        return Client(SITE, certificate=certificate)

    def use(self, what):
        began, client = time.monotonic(), self.client()
        self.log_in(client)
        answer = client.post(
            "/api/v1/auth/token", {"email": "doctor@example.org", "password": PASSWORD}
        )
        assert answer.status == 200, answer.body
        token = {"Authorization": f"Bearer {json.loads(answer.body)['access']}"}
        seed = len(self.stored) + 10
        drawn = phantoms.macro(seed, size=(1600, 1200), lesion=phantoms.Lesion(seed))
        picture = phantoms.encode(drawn, "JPEG")
        answer = client.upload(self.images, picture, **token)
        assert answer.status == 201, answer.body
        self.stored[f"/api/v1/consultations/images/{json.loads(answer.body)['id']}"] = picture
        answer = client.upload("/api/v1/remove-background", picture, **token)
        assert answer.status == 202, answer.body
        path = f"/api/v1/images/{json.loads(answer.body)['id']}"
        self.stored[path] = picture
        made = self.wait(client, path, token)
        cut_out = client.get(path_of(made["processed_url"]))
        assert cut_out.body[:4] == b"\x89PNG", cut_out.status
        for path, bytes_ in self.stored.items():
            told = json.loads(client.get(path, **token).body)
            answer = client.get(path_of(told["original_url"]))
            assert answer.body == bytes_, (path, answer.status)
            assert answer.headers["ETag"], "nginx has sent it"
        took = f"{time.monotonic() - began:.0f} s"
        print(f"\n==> {what}: logged in, uploaded, cut out ({made['quality']});", end=" ")
        print(f"{len(self.stored)} originals byte for byte: {took}\n", flush=True)

    def log_in(self, client):
        page = client.get("/accounts/login/")
        cookie = page.headers["Set-Cookie"].split(";")[0]
        assert "Secure" in page.headers["Set-Cookie"]
        told = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.body.decode())[1]
        answer = client(
            "POST", "/accounts/login/",
            f"csrfmiddlewaretoken={told}&username={EMAIL}&password={PASSWORD.replace(' ', '+')}",
            Content_Type="application/x-www-form-urlencoded", Cookie=cookie,
            Referer=f"https://{SITE}/accounts/login/",
        )  # fmt: skip
        assert answer.status == 302, answer.body.decode()
        cookies = "; ".join(c.split(";")[0] for c in answer.headers.get_all("Set-Cookie"))
        assert client.get("/admin/", Cookie=cookies).status == 200

    def wait(self, client, path, token):
        for _wait in range(120):
            told = json.loads(client.get(path, **token).body)
            if told["status"] in ("ready", "failed"):
                assert told["status"] == "ready", told
                return told
            time.sleep(1)
        raise AssertionError(f"no worker took it: {told}")


def mail(machine):
    """What systemd and its journal know of a job that went well and of one that failed reaches the
    operator. A file stands for the mail server: tests/test_mail.py has a real one."""
    machine.tell("echo EMAIL_URL=filemail:////var/lib/dermaai/mail >>/etc/dermaai/env")
    machine.tell("systemctl start dermaai-nightly@verify_audit")
    machine.tell("systemctl start dermaai-nightly@no_such_job", check=False)
    both = "until [ $(ls /var/lib/dermaai/mail | wc -l) = 2 ]; do sleep 1; done"
    machine.tell(f"timeout 60 bash -c '{both}'")
    told = machine.tell("cat /var/lib/dermaai/mail/*")
    known = ("verify_audit.service (success)", "It ends with")
    for words in (*known, "no_such_job.service (exit-code)", "Unknown command: 'no_such_job'"):
        assert words in told, told
    machine.tell("systemctl reset-failed; rm -r /var/lib/dermaai/mail")
    machine.tell("sed -i /filemail/d /etc/dermaai/env")
    print("\n==> mailed: what verify_audit said, and that another job failed", flush=True)


def publish(folder, machine, without):
    """The project's repository, as the machine may clone it: this commit, and before it, as what is
    to be upgraded, the same without `without`."""
    work = folder / "project"
    shutil.rmtree(work, ignore_errors=True)
    git = ["git", "-c", "user.name=walk", "-c", "user.email=walk@example.org", "-C", work]
    subprocess.run(["git", "clone", "-q", ROOT, work], check=True)
    head = subprocess.check_output([*git, "rev-parse", "HEAD"], text=True).strip()
    subprocess.run([*git, "checkout", "-q", "-B", "main"], check=True)
    for path in without:
        subprocess.run([*git, "rm", "-q", path], check=True)
    if without:
        subprocess.run([*git, "commit", "-q", "-m", "The former version"], check=True)
    served = machine.root / "srv/dermaai.git"
    subprocess.run(["git", "clone", "-q", "--bare", work, served], check=True)
    subprocess.run([*git, "push", "-q", served, f"{head}:refs/tags/v-new"], check=True)


def main():
    parser = argparse.ArgumentParser(prog="script/walk")
    parser.add_argument("folder", type=Path, help="for the machine: some 4 GB")
    parser.add_argument("--without", action="append", default=[], metavar="PATH",
                        help="not in the version that is upgraded: a migration")  # fmt: skip
    parser.add_argument("--keep", action="store_true", help="leave the machine running")
    options = parser.parse_args()
    folder = options.folder.resolve()
    folder.mkdir(exist_ok=True)
    machine = Machine(folder)
    machine.make()
    publish(folder, machine, options.without)
    try:
        machine.boot()
        walk(machine)
    finally:
        if not options.keep:
            machine.off()


def walk(machine):
    document = sections((ROOT / "docs/deploy.md").read_text())
    known = {"SITE": SITE, "VERSION": "v-new", "PAGER": "cat"}
    shell = Shell(machine, ANSWERS, DERMAAI="/srv/dermaai.git", **known)
    person = None
    for title, blocks in document:
        for block in blocks:
            print(f"\n######## {title}\n{block}", flush=True)
            shell.run(block)
        if title.startswith("6."):
            person = Person(machine)
            person.use("installed")
            mail(machine)
            machine.off()
            machine.boot()
            shell = Shell(machine, ANSWERS, **known)
            shell.run("cd /opt/dermaai", silent=True)
            person.use("after a reboot")
        elif blocks and title[0] in "89":
            person.use(f"after {title}")
    print(machine.tell("systemctl --failed --no-pager --plain"))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
