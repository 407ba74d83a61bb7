"""Which faults are made, and when: all of it drawn from the seed before the first one."""

import random
import threading
from collections import Counter, deque
from dataclasses import dataclass

NAMES = {
    "web": "web worker killed",
    "queue": "queue worker killed",
    "azurite": "Azurite stopped and started",
    "postgres": "PostgreSQL restarted",
    "disk": "disk filled",
    "disconnect": "client hung up",
    "repeat": "request repeated",
}
# In a round; the others once. A short one has to be over soon.
OFTEN = {"web": 3, "queue": 2, "disconnect": 2, "repeat": 3}
SHORT = {"web": 2, "repeat": 2}
CLIENTS = ("disconnect", "repeat")  # made by the clients, who take them as orders


@dataclass(frozen=True)
class Fault:
    """Made when `answers` more uploads have been answered, and `pause` seconds. It lasts `lasts`
    seconds, where it lasts; `hard`: without good manners (PostgreSQL's immediate mode)."""

    kind: str
    answers: int
    pause: float
    lasts: float
    hard: bool


def drawn(seed, kinds, *, short):
    """Rounds of every kind in random order, without end."""
    rng = random.Random(f"{seed} plan")
    while True:
        often = SHORT if short else OFTEN
        turn = [kind for kind in kinds for _ in range(often.get(kind, 1))]
        rng.shuffle(turn)
        yield [
            Fault(
                kind,
                rng.randrange(6),
                rng.uniform(0, 0.3),
                rng.uniform(0.1, 2.5),
                rng.random() < 0.5,
            )
            for kind in turn
        ]


class Orders:
    """Faults that wait for a client to make them. One that was not really made waits again."""

    def __init__(self, made: Counter):
        self.made, self._waiting, self._lock = made, deque(), threading.Lock()
        self._open = 0  # given and not yet made, those in somebody's hands too

    def __bool__(self):
        return self._open > 0

    def give(self, kind):
        with self._lock:
            self._open += 1
            self._waiting.append(kind)

    def take(self):
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def done(self, kind, really):
        with self._lock:
            if really:
                self.made[kind] += 1
                self._open -= 1
            else:
                self._waiting.append(kind)
