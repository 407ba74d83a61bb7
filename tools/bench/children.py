"""Measurements in a process of their own: another database, and nobody else's memory."""

import json
import os
import subprocess
import sys


def child(module, *arguments, **environment):
    """What `python -m module arguments…` says as JSON. Its warnings are not the report's."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", module, *arguments],
        env=os.environ | {"DEBUG": "0", "LOG_LEVEL": "ERROR"} | environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)
