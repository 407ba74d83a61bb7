"""What the clients did and were told: the only truth that the site's own record is held against."""

import hashlib
import threading
from collections import Counter
from dataclasses import dataclass, field

CONSULTATION, GALLERY = "consultation", "gallery"
HERE, GONE, UNSURE = "here", "gone", "unsure"


@dataclass(eq=False)
class Upload:
    """One photograph, sent once or several times. `state` is of its image: here, gone (a deletion
    was acknowledged) or unsure (a deletion or its undoing was not answered)."""

    where: str
    data: bytes
    key: str | None
    client: int
    sha256: str = ""
    image: str | None = None  # the acknowledged image's id
    state: str = HERE
    tries: int = 0

    def __post_init__(self):
        self.sha256 = hashlib.sha256(self.data).hexdigest()


@dataclass
class Ledger:
    """Shared by all clients. `answers` by what was asked and what came of it."""

    uploads: list = field(default_factory=list)
    answers: Counter = field(default_factory=Counter)
    findings: list = field(default_factory=list)
    spare: set = field(default_factory=set)  # files sent to be refused: no row may hold one

    def __post_init__(self):
        self.lock = threading.Lock()
        self.uploads_answered = 0

    def begin(self, upload):
        with self.lock:
            self.uploads.append(upload)

    def answered(self, what, told):
        with self.lock:
            self.answers[what, told] += 1
            self.uploads_answered += what.startswith("upload") and told[0] == "2"

    def acknowledge(self, upload, image, sha256):
        """The site said 2xx to this upload."""
        with self.lock:
            if sha256 != upload.sha256:
                self._find(f"{upload.where}: acknowledged with another SHA-256")
            if upload.image not in (None, image):
                self._find(f"{upload.where}: a repeated upload was answered with another image")
            upload.image = upload.image or image

    def find(self, what):
        with self.lock:
            self._find(what)

    def _find(self, what):
        self.findings.append(what)

    @property
    def acknowledged(self):
        return [upload for upload in self.uploads if upload.image]

    @property
    def lost(self):
        """Uploads that nobody acknowledged."""
        return [upload for upload in self.uploads if not upload.image]
