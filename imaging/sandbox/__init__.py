"""Worker processes for untrusted files: one that crashes or is taken over harms nothing else.

`process` is our side (start, request, close), `worker` the side of the process, `confinement` what
the kernel forbids it, `pool` keeps such processes and replaces them. Decoding and background
removal use it; they define the requests and replies.
"""

from .pool import Pool
from .process import InvalidReply, Process, ProcessExited, ProcessTimeout, WorkerError

__all__ = ["InvalidReply", "Pool", "Process", "ProcessExited", "ProcessTimeout", "WorkerError"]
