"""Codes as an authenticator app shows them (RFC 6238), independent of the tested code."""

import base64
import hashlib
import hmac
import struct
import time


def code_of(secret, steps=0):
    """Six digits of the base-32 `secret` as a page shows it, `steps` of 30 seconds from now."""
    key = base64.b32decode(secret.replace(" ", ""))
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(key, counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def wrong_code(secret):
    """Six digits that are not a valid code within a few minutes of now."""
    valid = {code_of(secret, steps) for steps in range(-5, 6)}
    return next(code for code in map("{:06}".format, range(20)) if code not in valid)
