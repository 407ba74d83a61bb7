"""Processes for work on untrusted files: one that is taken over or crashes takes nothing with it.

`process` is our side (start, ask, end), `worker` the side of the process, `confinement` what the
kernel takes away from it, `pool` keeps such processes and replaces them. Decoding and the removal
of backgrounds are its two users; what is asked and answered is theirs.
"""

from .pool import Pool
from .process import Ended, Failed, Garbled, Overdue, Process

__all__ = ["Ended", "Failed", "Garbled", "Overdue", "Pool", "Process"]
