"""One run in one place: set up, faults while clients work, peace, and the verdict."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from . import cast, evidence, plan, verdict
from .clients import Client
from .ledger import Ledger
from .pictures import Pictures

CLIENTS = 4
LONG = ("azurite", "postgres", "disk")  # these last: others are made meanwhile
HURRY = 8  # seconds that a fault waits for the uploads before it, where none comes through
VERIFY = ("verify_images", "verify_audit")
REST = 120  # seconds for whatever goes on to come to its end, on a slow machine


class Run:
    """What a run found and did, for the report. Not `seconds` but a round is the least."""

    def __init__(self, place, seed, seconds, kinds, *, short):
        self.place, self.seed, self.least, self.short = place, seed, seconds, short
        self.kinds = [kind for kind in place.kinds if kind in kinds]
        self.ledger, self.findings, self.seconds = Ledger(), [], 0.0
        self.verified, self.tasks, self.rows = [], {}, 0

    def __call__(self):
        site = self.place.site
        with ThreadPoolExecutor(1) as pool:
            drawing = pool.submit(Pictures.drawn, self.seed, self.place.sizes)
            self.people = cast.made(site, self.place.prepare, CLIENTS)
            pictures = drawing.result()
        site.start()
        began = time.monotonic()
        clients = self._faults(pictures)
        self.seconds = time.monotonic() - began
        self._peace(clients)
        site.stop()
        self._judge()
        self.findings += [*site.findings, *self.ledger.findings]
        self.findings += [
            f"planned and never made: {plan.NAMES[kind]}"
            for kind in self.kinds
            if not self.place.made[kind]
        ]

    def _faults(self, pictures):
        over, orders = threading.Event(), plan.Orders(self.place.made)
        clients = [
            Client(number, person, self.place, self.ledger, pictures, self.seed, orders, over)
            for number, person in enumerate(self.people)
        ]
        for client in clients:
            client.start()
        with ThreadPoolExecutor(len(LONG)) as pool:
            lasting = self._rounds(orders, pool)
            for one in lasting:
                one.result()
        self._until(lambda: not orders, REST)
        over.set()
        for client in clients:
            client.join(REST)
            if client.is_alive():
                self.findings.append(f"{client.name} still waits for an answer after {REST} s")
        return clients

    def _rounds(self, orders, pool):
        """Returns what goes on in the pool."""
        rng, lasting = random.Random(f"{self.seed} targets"), []
        began = time.monotonic()
        for turn in plan.drawn(f"{self.seed} {self.place.name}", self.kinds, short=self.short):
            for fault in turn:
                due = self.ledger.uploads_answered + fault.answers
                self._until(lambda due=due: self.ledger.uploads_answered >= due, HURRY)
                time.sleep(fault.pause)
                if fault.kind in plan.CLIENTS:
                    orders.give(fault.kind)
                elif fault.kind in LONG:
                    lasting.append(pool.submit(self.place.make, fault, rng))
                else:
                    self.place.make(fault, rng)
            if time.monotonic() - began >= self.least:
                return lasting

    @staticmethod
    def _until(true, seconds):
        deadline = time.monotonic() + seconds
        while not true() and time.monotonic() < deadline:
            time.sleep(0.05)

    def _peace(self, clients):
        """Everything runs: what was not answered is sent again, and the queue is worked off."""
        with ThreadPoolExecutor(CLIENTS) as pool:
            for one in [pool.submit(client.settle) for client in clients]:
                one.result()
        deadline = time.monotonic() + REST
        while any(left := evidence.unfinished(self.place)):
            if time.monotonic() > deadline:
                told = dict(zip(("images", "deletions", "tasks"), left, strict=True))
                self.findings.append(f"not done after {REST} s of peace: {told}")
                return
            time.sleep(0.2)

    def _judge(self):
        before = evidence.gathered(self.place, bytes_too=False)
        self.findings += verdict.at_any_time(before, self.people)
        self._command("reconcile", "--older-than", "0")
        with ThreadPoolExecutor(2) as pool:
            for one in [pool.submit(self._command, name) for name in VERIFY]:
                one.result()
        after = evidence.gathered(self.place, bytes_too=True)
        self.rows, self.tasks = len(after.rows), after.tasks
        self.findings += verdict.at_any_time(after, self.people)
        self.findings += verdict.after_reconcile(after)
        self.findings += verdict.of_uploads(after, self.ledger)
        self.findings += verdict.of_audit(after, self.ledger)

    def _command(self, *command):
        try:
            told = self.place.site.manage(*command).strip().splitlines()
        except RuntimeError as error:
            self.findings.append(str(error))
        else:
            self.verified = sorted([*self.verified, f"{command[0]}: {told[-1]}"])
