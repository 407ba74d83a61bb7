"""What the kernel forbids a process that reads untrusted files, once it has loaded what it needs.

Landlock denies it the network and every file except Python's and the system's libraries (some are
loaded late); seccomp denies it sockets, other programs and other processes. Open descriptors stay
usable. On older kernels (Landlock needs 5.13, 6.7 for the network) only the limits of `worker`
remain; `python -m imaging.sandbox.confinement` tries it, and `check --deploy` warns.

Constants: linux/landlock.h, linux/seccomp.h, linux/filter.h and the two system call tables.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
import sysconfig
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_NO_NEW_PRIVILEGES, _SECCOMP, _BY_FILTER = 38, 22, 2  # prctl

# Landlock ----------------------------------------------------------------------------------

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # on every architecture
_VERSION, _PATH_BENEATH = 1, 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
# {Landlock's ABI version: how many file rights it knows}
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_NETWORK_SINCE, _SCOPES_SINCE = 4, 6

# seccomp -----------------------------------------------------------------------------------

_FILTER, _ALL_THREADS = 1, 1
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET, _FIRST_ARGUMENT_OFFSET = 0, 4, 16
_CLONE_THREAD = 0x00010000
_OTHER_ABI = 0x40000000  # x32, on x86-64
# The denied system calls and their numbers on x86-64 and aarch64; 0: does not exist there.
_TABLE = """
    socket            41 198    connect             42 203    accept            43 202
    bind              49 200    listen              50 201    socketpair        53 199
    fork              57   0    vfork               58   0    execve            59 221
    kill              62 129    ptrace             101 117    accept4          288 242
    perf_event_open  298 241    open_by_handle_at  304 265    setns            308 268
    process_vm_readv 310 270    process_vm_writev  311 271    bpf              321 280
    execveat         322 281    userfaultfd        323 282    pidfd_send_signal 424 424
    io_uring_setup   425 425    pidfd_open         434 434    pidfd_getfd      438 438
"""
_CALLS = _TABLE.split()
# {machine: (its audit architecture, seccomp, clone, denied calls)}
_MACHINES = {
    "x86_64": (0xC000003E, 317, 56, [int(number) for number in _CALLS[1::3]]),
    "aarch64": (0xC00000B7, 277, 220, [int(number) for number in _CALLS[2::3]]),
}
_CLONE3 = 435  # refused as unknown (ENOSYS): glibc then falls back to clone


def confine(readable: Iterable[str | Path] = ()) -> set[str]:
    """Confine this process and its children, irrevocably. `readable` are further folders that may
    be read. Returns what the kernel enforces: "files", "network", "calls"."""
    if sys.platform != "linux":
        return set()
    _LIBC.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return restrict_files([*_library_paths(), *readable]) | _restrict_calls()


def _library_paths() -> list[str | Path]:
    paths = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()}
    paths |= {"/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/zoneinfo"}
    paths |= {"/etc/ld.so.cache", "/etc/localtime", "/sys/devices/system/cpu"}
    root = Path(__file__).resolve().parents[2]
    return [*paths, *(root / app for app in ("imaging", "core", "audit"))]


def restrict_files(readable: Iterable[str | Path]) -> set[str]:
    """Landlock's part of `confine`: deny the network, and all files but those beneath `readable`.
    The process must already have given up new privileges. Returns what the kernel enforces."""
    version = _LIBC.syscall(_CREATE_RULESET, None, 0, _VERSION)
    if version < 1:
        return set()
    files = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    network = 0b11 if version >= _NETWORK_SINCE else 0
    scopes = 0b11 if version >= _SCOPES_SINCE else 0
    handled = struct.pack("=QQQ", files, network, scopes)
    size = 24 if scopes else 16 if network else 8  # older kernels know a shorter struct
    rules = _LIBC.syscall(_CREATE_RULESET, handled, size, 0)
    if rules < 0:
        return set()
    try:
        for path in readable:
            _allow(rules, path)
        done = _LIBC.syscall(_RESTRICT_SELF, rules, 0) == 0
    finally:
        os.close(rules)
    return ({"files"} | ({"network"} if network else set())) if done else set()


def _allow(rules: int, path: str | Path) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not on this machine
        return
    try:
        rights = _READ_FILE | (_READ_DIR if os.path.isdir(path) else 0)
        _LIBC.syscall(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)


def _restrict_calls() -> set[str]:
    if (machine := _MACHINES.get(platform.machine())) is None:
        return set()
    _architecture, seccomp, *_rest = machine
    program = _program(*machine)
    code = ctypes.create_string_buffer(b"".join(program))
    sock_fprog = struct.pack("@HP", len(program), ctypes.addressof(code))
    done = _LIBC.syscall(seccomp, _FILTER, _ALL_THREADS, sock_fprog) == 0
    # Some services only allow prctl, which is for one thread: there is only one.
    done = done or _LIBC.prctl(_SECCOMP, _BY_FILTER, sock_fprog, 0, 0) == 0
    return {"calls"} if done else set()


def _program(architecture: int, _seccomp: int, clone: int, denied: list[int]) -> list[bytes]:
    """The instructions of the filter, with forward jumps only."""

    def step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("=HBBI", code, yes, no, value)

    deny = step(_RETURN, _ERRNO | errno.EPERM)
    program = [
        step(_LOAD, _ARCHITECTURE_OFFSET),
        step(_EQUAL, architecture, yes=1),
        deny,
        step(_LOAD, _NUMBER_OFFSET),
        step(_AT_LEAST, _OTHER_ABI, no=1),
        deny,
        step(_EQUAL, _CLONE3, no=1),
        step(_RETURN, _ERRNO | errno.ENOSYS),
    ]
    for number in filter(None, denied):
        program += [step(_EQUAL, number, no=1), deny]
    return [
        *program,
        step(_EQUAL, clone, yes=1),
        step(_RETURN, _ALLOW),
        step(_LOAD, _FIRST_ARGUMENT_OFFSET),
        step(_ANY_BIT, _CLONE_THREAD, no=1),
        step(_RETURN, _ALLOW),
        deny,
    ]


def attempts() -> dict[str, Callable[[], object]]:
    """{what must be impossible: a function that tries it}, to prove the confinement."""
    import socket
    import subprocess
    import tempfile

    return {
        "read a file of the system": lambda: open("/etc/passwd").close(),
        "read our own code's settings": lambda: open(Path(__file__).parents[2] / "manage.py"),
        "write a file": lambda: tempfile.TemporaryFile().close(),
        "open a socket": lambda: socket.socket().close(),
        "open a local socket": lambda: socket.socket(socket.AF_UNIX).close(),
        "start a program": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        "fork": _fork,
        "signal another process": lambda: os.kill(os.getppid(), 0),
    }


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def main() -> None:
    """Exits with 1 and prints what was still possible where this kernel does not confine."""
    tries = attempts()
    confine()
    possible = []
    for what, attempt in tries.items():
        with suppress(OSError):
            attempt()
            possible.append(what)
    print("\n".join(possible), end="")
    sys.exit(bool(possible))


if __name__ == "__main__":
    main()
