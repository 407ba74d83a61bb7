"""Try one of `confinement.attempts()`, free or confined; prints "possible" or "refused".

python -m testing.programs.confined_action free|confined FILE ACTION    # FILE holds "text"
"""

import os
import sys

from imaging.sandbox import confinement


def main(mode, path, action):
    actions = confinement.attempts()
    descriptor = os.open(path, os.O_RDONLY)
    if mode == "confined":
        confinement.confine()
    assert os.read(descriptor, 4) == b"text", "open descriptors stay usable"
    import colorsys  # noqa: F401  (a module of the library can still be loaded)

    try:
        actions[action]()
    except OSError:
        return "refused"
    return "possible"


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
