"""The machine of script/walk: a bare Debian, booted by systemd-nspawn, and a shell in it.

WALK_PREPARE names a program that is given the machine's folder before it boots.
"""

import contextlib
import os
import pty
import re
import select
import shutil
import subprocess
import time
from pathlib import Path


class Machine:
    def __init__(self, folder):
        self.root, self.bare, self.boots = folder / "machine", folder / "bare", 0
        self.folder, self.nspawn, self.leader, self.shell = folder, None, None, None

    def make(self):
        if not (self.bare / "usr").exists():
            include = "--include=systemd,systemd-sysv,dbus,ca-certificates"
            subprocess.run(
                ["debootstrap", "--variant=minbase", include, "bookworm", self.bare], check=True
            )
        shutil.rmtree(self.root, ignore_errors=True)
        subprocess.run(["cp", "-a", self.bare, self.root], check=True)
        if prepare := os.environ.get("WALK_PREPARE"):
            subprocess.run([prepare, self.root], check=True)

    def boot(self):
        self.boots += 1
        with (self.folder / f"console.{self.boots}").open("wb") as log:
            self.nspawn = subprocess.Popen(
                ["systemd-nspawn", "-q", "--register=no", "--keep-unit", "--boot",
                 "-D", self.root, "-M", "walk"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        for _wait in range(240):
            with contextlib.suppress(OSError, IndexError):  # not yet
                children = f"/proc/{self.nspawn.pid}/task/{self.nspawn.pid}/children"
                self.leader = int(Path(children).read_text().split()[0])
                state = self.tell("systemctl is-system-running || true", check=False)
                if state.strip() in ("running", "degraded"):
                    return
            time.sleep(0.5)
        raise RuntimeError((self.folder / f"console.{self.boots}").read_text())

    def enter(self):
        """A command's beginning: in the machine, with nothing of this one's environment."""
        clean = ["env", "-i", "HOME=/root", "TERM=dumb", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"]
        return ["nsenter", "-t", str(self.leader), "-a", "-r", "-w", *clean]

    def tell(self, command, check=True):
        done = subprocess.run(
            [*self.enter(), "bash", "-lc", command], capture_output=True, text=True
        )
        if check and done.returncode:
            raise RuntimeError(f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout

    def off(self):
        shell, self.shell = self.shell, None
        if shell:
            shell.close()
        if self.nspawn and self.nspawn.poll() is None:
            self.tell("systemctl poweroff", check=False)
            try:
                self.nspawn.wait(250)
            except subprocess.TimeoutExpired:
                self.nspawn.terminate()
                self.nspawn.wait()


class Shell:
    """One shell of root with a terminal, for all blocks: what a block sets, the next ones have.

    answers: {regular expression of what a program asks: what a person would type}.
    """

    END = "walk-has-ended"

    def __init__(self, machine, answers, **environment):
        self.root, machine.shell, self.answers = machine.root, self, answers
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            command = [*machine.enter(), "PS1=", "PS2=", "bash", "-l"]
            os.execvp(command[0], command)
        self.write("stty -echo; set -e; PS1=; PS2=\n")
        for name, value in environment.items():
            self.write(f"export {name}='{value}'\n")
        self.run(":", silent=True)

    def close(self):
        """Before the machine goes off: systemd stops every process for a moment then, and nsenter,
        which stops with its child, would not go on."""
        os.close(self.terminal)  # it hangs up
        os.waitpid(self.pid, 0)

    def write(self, text):
        os.write(self.terminal, text.encode())

    def run(self, block, silent=False, seconds=1800):
        (self.root / "srv/block").write_text(block)
        self.write(". /srv/block; echo walk-has-'ended'\n")  # quoted: not yet the END we wait for
        told, until = "", time.monotonic() + seconds
        while not told.rstrip().endswith(self.END):
            ready, _, _ = select.select([self.terminal], [], [], 1)
            if time.monotonic() > until:
                raise RuntimeError(f"takes longer than {seconds} s:\n{block}")
            if not ready:
                continue
            try:
                data = os.read(self.terminal, 65536).decode(errors="replace")
            except OSError as ended:  # a command failed: `set -e` has ended the shell
                raise SystemExit(f"\nwalk: this block failed:\n{block}") from ended
            told += data
            if not silent:
                print(data.replace(self.END, ""), end="", flush=True)
            for asked, answer in self.answers.items():
                if re.search(asked, told.rpartition("\n")[2]):
                    told += "\n"
                    self.write(f"{answer}\n")
        return told
