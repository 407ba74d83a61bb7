"""Clients of the API who upload, look, change and delete, and who repeat what was not answered."""

import hashlib
import json
import random
import threading
import time
from urllib.parse import urlsplit

from . import web
from .cast import NARROW, PASSWORD
from .ledger import CONSULTATION, GALLERY, GONE, HERE, UNSURE, Upload

PATIENCE = 3  # times that an upload is repeated at once; the rest waits for the end
BUSY = {"storage_unavailable", "database_unavailable", "busy"}  # the coded 503
KEYED = 0.85  # the share of uploads with an Idempotency-Key
JSON = {"Content-Type": "application/json"}


class Client(threading.Thread):
    """Works until `over`. `person` is one of the cast; `orders` are faults to be made by whoever
    takes them ("disconnect", "repeat"); `made` counts those that were."""

    def __init__(self, number, person, place, ledger, pictures, seed, orders, over):
        super().__init__(name=f"client-{number}", daemon=True)
        self.number, self.person, self.ledger = number, person, ledger
        self.site, self.keep = place.site, place.keep
        self.pictures, self.orders, self.over = pictures, orders, over
        self.rng = random.Random(f"{seed} client {number}")
        self.token, self.mine = None, []
        self.fault = {"disconnect": self.disconnect, "repeat": self.repeat}

    def run(self):
        try:
            while not self.over.is_set():
                order = self.orders.take()
                if order:
                    made = self.fault[order]()
                    self.orders.done(order, made)
                if not order or not made:  # else it would be the first to take it again
                    self.act()
        except Exception as error:  # a driver that has died would be silence for success
            self.ledger.find(f"{self.name} ended: {type(error).__name__}: {error}")
            raise

    def act(self):
        here = [upload for upload in self.mine if upload.image and upload.state == HERE]
        more = len(here) > (NARROW // 2 if self.person.narrow else self.keep)
        weights = [10, 1 if here else 0, 1 if here else 0, (14 if more else 1) if here else 0, 1]
        choice = self.rng.choices([self.upload, self.look, self.edit, self.delete, self.restore],
                                  weights)[0]  # fmt: skip
        choice(*([self.rng.choice(here)] if choice in (self.look, self.edit, self.delete) else []))

    # Asking ---------------------------------------------------------------------------------

    def ask(self, what, method, path, body=None, headers=None, allowed=()):
        """The answer, or None where there was none. What the API does not document is a finding."""
        if self.token is None and not self.log_in():
            return None
        told = {"Authorization": f"Bearer {self.token}"} | (headers or {})
        answer = self.heard(what, method, path, body, told)
        if answer is not None and answer.status == 401:
            self.token = None
            return None
        if answer is not None:
            self.judge(what, answer, allowed)
        return answer

    def heard(self, what, *asked):
        try:
            answer = web.ask(self.site.port, *asked)
        except web.LOST as lost:
            self.ledger.answered(what, f"no answer ({type(lost).__name__})")
            time.sleep(self.rng.uniform(0.02, 0.2))
            return None
        self.ledger.answered(what, str(answer))
        if answer.status == 503:
            time.sleep(self.rng.uniform(0.05, 0.4))
        return answer

    def log_in(self):
        told = json.dumps({"email": self.person.email, "password": PASSWORD})
        answer = self.heard("log in", "POST", "/api/v1/auth/token", told, JSON)
        if answer is not None:
            self.judge("log in", answer, ())
            self.token = answer.told.get("access")
        return self.token is not None

    def judge(self, what, answer, allowed):
        if 200 <= answer.status < 300 or str(answer) in allowed:
            return
        if answer.status == 503 and answer.code in BUSY:
            if "Retry-After" not in answer.headers:
                self.ledger.find(f"{what}: {answer} without Retry-After")
            return
        self.ledger.find(f"{what}: answered {answer}")

    # Uploading ------------------------------------------------------------------------------

    def new(self, where=None, *, keyed=False):
        where = where or self.rng.choices([CONSULTATION, GALLERY], [5, 4])[0]
        keyed |= self.rng.random() < KEYED
        key = f"{self.number}-{self.rng.getrandbits(64):x}" if keyed else None
        upload = Upload(where, self.pictures.one(self.rng), key, self.number)
        self.ledger.begin(upload)
        self.mine.append(upload)
        return upload

    def request(self, upload, data=None):
        """(path, body, headers) of one try."""
        if upload.where == GALLERY:
            path, fields = "/api/v1/remove-background", {"engine": "lesion", "tags": "chaos"}
        else:
            path = f"/api/v1/consultations/{self.person.consultation}/images"
            fields = {"image_type": "macro", "is_primary": self.rng.choice(["true", "false"])}
        body, kind = web.form(upload.data if data is None else data, fields)
        headers = {"Content-Type": kind}
        return path, body, headers | ({"Idempotency-Key": upload.key} if upload.key else {})

    def attempt(self, upload):
        """One try. Returns the answer, or None."""
        upload.tries += 1
        allowed = {"403 quota_exceeded"} if self.person.narrow else set()
        if upload.image and upload.state != HERE:
            allowed.add("404 not_found")  # stored with this key, and deleted since
        answer = self.ask(f"upload ({upload.where})", "POST", *self.request(upload), allowed)
        if answer and answer.status in (201, 202):
            image = str(answer.told["id"])
            self.ledger.acknowledge(upload, image, answer.told["sha256"])
        return answer

    def upload(self):
        """A new photograph; what is not answered is repeated with its key, or left."""
        upload = self.new()
        answer = self.attempt(upload)
        if not upload.key or self.rng.random() < 0.3:
            return
        for _again in range(PATIENCE):
            if self.over.is_set() or upload.image or (answer and answer.status == 403):
                return
            time.sleep(self.rng.uniform(0.05, 0.5))
            answer = self.attempt(upload)

    def hang_up(self, upload, share, *, reset):
        """Returns whether the site had begun to listen."""
        if self.token is None and not self.log_in():
            return False
        path, body, headers = self.request(upload)
        headers["Authorization"] = f"Bearer {self.token}"
        upload.tries += 1
        self.ledger.answered(f"upload ({upload.where})", "hung up")
        return web.hang_up(self.site.port, path, body, headers, share, reset=reset)

    def disconnect(self):
        """Hang up in the middle of a body; sometimes send it again, whole."""
        upload = self.new(keyed=True)
        share, reset = self.rng.uniform(0.02, 0.999), self.rng.random() < 0.5
        sent = self.hang_up(upload, share, reset=reset)
        if self.rng.random() < 0.5:
            self.attempt(upload)
        return sent

    def repeat(self):
        """The same Idempotency-Key again, in both halves. Returns whether it was so in both."""
        consultation, gallery = self.repeated(CONSULTATION), self.repeated(GALLERY)
        return consultation and gallery

    def repeated(self, where):
        """At once, without having waited for the answer, or after it; then, when all is over, and
        for another file. Returns whether two tries came through."""
        upload, came = self.new(where, keyed=True), []

        def attempt():
            answer = self.attempt(upload)
            came.append(answer is not None and answer.status < 300)

        how = self.rng.choice(["at once", "not waited for", "after"])
        if how == "at once":
            both = [threading.Thread(target=attempt) for _ in range(2)]
            for one in both:
                one.start()
            for one in both:
                one.join()
        elif how == "not waited for":
            came.append(self.hang_up(upload, 1, reset=False))
            time.sleep(self.rng.uniform(0, 0.3))
        else:
            attempt()
        attempt()
        if upload.image:
            self.misuse(upload)
        return sum(came) >= 2

    def misuse(self, upload):
        """Its key for another file."""
        other = self.pictures.one(self.rng)
        self.ledger.spare.add(hashlib.sha256(other).hexdigest())
        what, allowed = f"other file, same key ({upload.where})", {"409 idempotency_key_reused"}
        answer = self.ask(what, "POST", *self.request(upload, other), allowed)
        if answer and answer.status < 300:
            self.ledger.find(f"{upload.where}: another file under the same key was acknowledged")

    # Looking, changing, deleting ------------------------------------------------------------

    def place(self, upload):
        kind = "images" if upload.where == GALLERY else "consultations/images"
        return f"/api/v1/{kind}/{upload.image}"

    def look(self, upload):
        """Fetch an original by its signed URL, and hash it."""
        answer = self.ask("look", "GET", self.place(upload))
        if answer is None or answer.status != 200:
            return
        url = urlsplit(answer.told["original_url"])
        port = url.port or self.site.port
        try:
            blob = web.ask(port, "GET", f"{url.path}?{url.query}")
        except web.LOST as lost:
            self.ledger.answered("original", f"no answer ({type(lost).__name__})")
            return
        self.ledger.answered("original", str(blob.status))
        if blob.status == 404:
            self.ledger.find(f"{upload.where}: the original of an acknowledged image is gone")
        elif blob.status == 200 and hashlib.sha256(blob.body).hexdigest() != upload.sha256:
            self.ledger.find(f"{upload.where}: an original was not given back as it was sent")

    def edit(self, upload):
        change = {"title" if upload.where == GALLERY else "description": f"{self.rng.random()}"}
        self.ask("change", "PATCH", self.place(upload), json.dumps(change), JSON)

    def delete(self, upload):
        upload.state = UNSURE
        answer = self.ask("delete", "DELETE", self.place(upload))
        if answer and answer.status == 204:
            upload.state = GONE

    def restore(self):
        """Undo a deletion of a moment ago."""
        gone = [u for u in self.mine[-20:] if u.where == GALLERY and u.image and u.state == GONE]
        if not gone:
            return
        upload = gone[-1]
        upload.state = UNSURE
        allowed = {"403 quota_exceeded"} if self.person.narrow else ()
        told = json.dumps({"ids": [upload.image]})
        answer = self.ask("restore", "POST", "/api/v1/gallery/restore", told, JSON, allowed)
        if answer and answer.status == 200:
            upload.state = HERE if answer.told["restored"] else GONE
        elif answer and answer.status == 403:
            upload.state = GONE

    # At the end -----------------------------------------------------------------------------

    def settle(self):
        """The site is whole again: half of what was never answered is sent once more, and one
        photograph that is new. Whoever does not get an answer now has found something."""
        lost = [upload for upload in self.mine if upload.key and not upload.image]
        for upload in [*lost[::2], self.new()]:
            answer = self.attempt(upload)
            full = self.person.narrow and answer is not None and answer.status == 403
            if not upload.image and not full:
                self.ledger.find(f"{upload.where}: not taken, though every fault was over")
