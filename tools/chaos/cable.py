"""The line between the site and its storage, which can be cut.

Azurite writes down what it stored when it is told to stop, and what it answers at that moment it
may forget: an account of Azure does not. So the line is cut first, at whatever moment of whatever
request, and nothing that it would forget was ever answered.
"""

import selectors
import socket
import threading
from contextlib import suppress

PIECE = 256 * 1024  # bytes


class Cable:
    """Forwards connections to an address of this machine, from one of its own that stays."""

    def __init__(self, to_port):
        self.to_port, self.port = to_port, None
        self._ends, self._lock, self._listening = set(), threading.Lock(), None
        self.mend()

    def mend(self):
        self._listening = socket.create_server(("127.0.0.1", self.port or 0), backlog=64)
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def cut(self):
        """Refuse what comes and end what is there. Returns how many connections that were."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        with self._lock:
            ends = list(self._ends)
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        return len(ends) // 2

    def _accept(self, listening):
        with suppress(OSError):
            while True:
                near, _address = listening.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near):
        there = ("127.0.0.1", self.to_port)
        with near, suppress(OSError), socket.create_connection(there) as far:
            with self._lock:
                self._ends |= {near, far}
            try:
                _between(near, far)
            finally:
                with self._lock:
                    self._ends -= {near, far}


def _between(near, far):
    """Until one of them ends."""
    with selectors.DefaultSelector() as selector:
        selector.register(near, selectors.EVENT_READ, far)
        selector.register(far, selectors.EVENT_READ, near)
        while True:
            for key, _events in selector.select():
                piece = key.fileobj.recv(PIECE)
                if not piece:
                    return
                key.data.sendall(piece)
