"""Azurite, Azure Blob's emulator: an account of one's own while a `with` lasts."""

import os
import re
import secrets
import shutil
import subprocess
import time
from base64 import b64encode
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVER = ROOT / "node_modules/azurite/dist/src/blob/main.js"
ACCOUNT = "clinic"
START = 60  # seconds


class Missing(Exception):
    """There is no Azurite on this machine."""


class Azurite:
    """An empty account, with its data in a folder. It can be stopped and started again, at the
    same address. `more` are options of its program."""

    def __init__(self, folder, *more):
        self.node = shutil.which("node", path=f"{ROOT}/.venv/bin{os.pathsep}{os.environ['PATH']}")
        if self.node is None or not SERVER.exists():
            raise Missing("Azurite is not there: script/setup dev installs it.")
        self.folder, self.more = Path(folder), more
        self.key = b64encode(secrets.token_bytes(64)).decode()
        self.address, self.process = None, None

    def connection_string_at(self, address):
        return f"AccountName={ACCOUNT};AccountKey={self.key};BlobEndpoint={address}/{ACCOUNT};"

    @property
    def connection_string(self):
        return self.connection_string_at(self.address)

    def start(self):
        log = self.folder / "log"
        port = self.address.rpartition(":")[2] if self.address else "0"
        options = [
            "--skipApiVersionCheck",
            "--disableTelemetry",
            *("--blobHost", "127.0.0.1"),
            *("--blobPort", port),
            *("--location", self.folder / "data"),
            *self.more,
        ]
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [self.node, SERVER, "--silent", *options],
                env=os.environ | {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{self.key}"},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START
        while not (found := re.search(r"listens on (https?://[\w.:]+)", log.read_text())):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"Azurite did not start:\n{log.read_text()}")
            time.sleep(0.05)
        self.address = found[1]

    def stop(self, patience=10):
        """Returns whether it ended by itself, its data written."""
        self.process.terminate()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False
        return True

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exception):
        self.stop()
