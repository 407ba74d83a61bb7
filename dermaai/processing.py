"""What is done to pictures outside of a request's own process, and what it may take."""

import os

import environ

__all__ = [
    "BACKGROUND_MEMORY",
    "BACKGROUND_MODEL",
    "BACKGROUND_MODEL_DIR",
    "BACKGROUND_MODEL_SHA256",
    "BACKGROUND_SECONDS",
    "DECODERS",
    "DECODER_MEMORY",
    "DECODER_SECONDS",
    "GEOMETRY_MEMORY",
    "GEOMETRY_SECONDS",
    "PROCESSING_LEASE",
    "PROCESSING_OUTAGE",
    "PROCESSING_PAUSES",
]

env = environ.Env()

# Decoding (imaging.decoding): processes per web process, and the limits for one file.
DECODERS = env.int("DECODERS", len(os.sched_getaffinity(0)))
DECODER_SECONDS = env.float("DECODER_SECONDS", 4.5)  # of processor time
DECODER_MEMORY = env.int("DECODER_MEMORY", 1_000_000_000)  # bytes, the process included
GEOMETRY_SECONDS = env.float("GEOMETRY_SECONDS", 6)  # the same for imaging.geometry
GEOMETRY_MEMORY = env.int("GEOMETRY_MEMORY", 400_000_000)

# The gallery's queue, in seconds.
PROCESSING_LEASE = env.int("PROCESSING_LEASE", 180)  # then another worker takes the image
PROCESSING_PAUSES = env.list("PROCESSING_PAUSES", int, [10, 60, 300])  # between the attempts
PROCESSING_OUTAGE = env.int("PROCESSING_OUTAGE", 30)  # before a service that is down is tried again
# Removing backgrounds (imaging.background): limits for one file, and an operator's own model.
BACKGROUND_SECONDS = env.float("BACKGROUND_SECONDS", 40)  # of processor time
BACKGROUND_MEMORY = env.int("BACKGROUND_MEMORY", 1_000_000_000)  # bytes, the process included
BACKGROUND_MODEL = env.str("BACKGROUND_MODEL", "u2netp")
BACKGROUND_MODEL_DIR = env.str("BACKGROUND_MODEL_DIR", "")  # empty: the built-in weights
BACKGROUND_MODEL_SHA256 = env.str("BACKGROUND_MODEL_SHA256", "")
