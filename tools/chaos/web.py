"""HTTP as a client of the API speaks it, and as one that hangs up."""

import http.client
import json
import secrets
import socket
import struct
from dataclasses import dataclass, field

TIMEOUT = 90  # seconds: the site's own limits are far below
LOST = (OSError, http.client.HTTPException)  # no answer: ended under us, or refused


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes
    told: dict = field(init=False)

    def __post_init__(self):
        try:
            self.told = json.loads(self.body)
        except ValueError:
            self.told = {}

    @property
    def code(self):
        """The API's code of a refusal, or ""."""
        errors = self.told.get("errors") if isinstance(self.told, dict) else None
        return errors[0]["code"] if errors else ""

    def __str__(self):
        return f"{self.status} {self.code}".strip()


def ask(port, method, path, body=None, headers=None) -> Answer:
    """One request on a connection of its own. Raises LOST."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        return Answer(response.status, dict(response.headers), response.read())
    finally:
        connection.close()


def form(data, fields):
    """(body, Content-Type) of an upload with these fields; the file stands last."""
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x.jpg"\r\n\r\n'
    body = "".join([*parts, file]).encode() + data + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


def hang_up(port, path, body, headers, share, *, reset) -> bool:
    """Send this share of a body (0 to 1) and go, with or without good manners. Returns whether
    the site had begun to listen."""
    told = {"Host": "127.0.0.1", "Content-Length": len(body)} | headers
    head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in told.items()) + "\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as connection:
            connection.sendall(head.encode() + body[: int(len(body) * share)])
            if reset:
                lingering = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, lingering)
    except OSError:
        return False
    return True
