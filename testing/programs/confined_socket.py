"""Connect a socket that existed before Landlock, without seccomp; prints "possible" or "refused",
and whether the kernel's Landlock covers the network.

python -m testing.programs.confined_socket
"""

import ctypes
import socket

from imaging.sandbox import confinement

NO_NEW_PRIVILEGES = 38  # prctl


def main():
    server = socket.create_server(("127.0.0.1", 0))
    client = socket.socket()
    ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    enforced = confinement.restrict_files([])
    try:
        client.connect(server.getsockname())
    except OSError:
        return "refused", "network" in enforced
    return "possible", "network" in enforced


if __name__ == "__main__":
    print(*main())
