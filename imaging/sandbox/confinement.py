"""What a process that reads untrusted files may no longer do, once it has loaded what it needs.

Landlock takes every file from it but Python's and the system's own libraries (they are loaded late
at times), and the network; seccomp takes sockets, other programs and other processes. What it was
given as open descriptors stays. Kernels without them (Landlock is of 5.13, of 6.7 for the network)
leave the limits of `worker`; `python -m imaging.sandbox.confinement` tries, and `check --deploy`
warns.

Constants: linux/landlock.h, linux/seccomp.h, linux/filter.h and the two tables of system calls.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_NO_NEW_PRIVILEGES, _SECCOMP, _BY_FILTER = 38, 22, 2  # prctl

# Landlock ----------------------------------------------------------------------------------

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # on every machine
_VERSION, _PATH_BENEATH = 1, 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
# {version of Landlock: how many rights of files it knows}
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_NETWORK_FROM, _SCOPES_FROM = 4, 6

# seccomp -----------------------------------------------------------------------------------

_FILTER, _ALL_THREADS = 1, 1
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_THREAD = 0x00010000  # a flag of clone
_OTHER_ABI = 0x40000000  # x32, on x86-64
# What is refused, on x86-64 and on aarch64; 0: it is not there.
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
# {machine: (its name in a filter, seccomp, clone, what is refused)}
_MACHINES = {
    "x86_64": (0xC000003E, 317, 56, [int(number) for number in _CALLS[1::3]]),
    "aarch64": (0xC00000B7, 277, 220, [int(number) for number in _CALLS[2::3]]),
}
_CLONE3 = 435  # glibc takes clone where it is not known


def confine(readable=()):
    """For good, for this process and what it starts. `readable` are further folders that may be
    read. Returns the names of what the kernel does: "files", "network", "calls"."""
    if sys.platform != "linux":
        return set()
    _LIBC.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return _restrict_files([*_libraries(), *readable]) | _restrict_calls()


def _libraries():
    paths = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()}
    paths |= {"/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/zoneinfo"}
    paths |= {"/etc/ld.so.cache", "/etc/localtime", "/sys/devices/system/cpu"}
    ours = Path(__file__).resolve().parents[2]
    return [*paths, *(ours / room for room in ("imaging", "core", "audit"))]


def _restrict_files(readable):
    version = _LIBC.syscall(_CREATE_RULESET, None, 0, _VERSION)
    if version < 1:
        return set()
    files = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    network = 0b11 if version >= _NETWORK_FROM else 0
    scopes = 0b11 if version >= _SCOPES_FROM else 0
    handled = struct.pack("=QQQ", files, network, scopes)
    size = 24 if scopes else 16 if network else 8  # what older kernels know of it
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


def _allow(rules, path):
    try:
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # not on this machine
        return
    try:
        rights = _READ_FILE | (_READ_DIR if os.path.isdir(path) else 0)
        _LIBC.syscall(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", rights, folder), 0)
    finally:
        os.close(folder)


def _restrict_calls():
    if (machine := _MACHINES.get(platform.machine())) is None:
        return set()
    _architecture, seccomp, *_rest = machine
    program = _program(*machine)
    code = ctypes.create_string_buffer(b"".join(program))
    told = struct.pack("@HP", len(program), ctypes.addressof(code))
    done = _LIBC.syscall(seccomp, _FILTER, _ALL_THREADS, told) == 0
    # Some services may ask by prctl alone, which is for the one thread that there is.
    done = done or _LIBC.prctl(_SECCOMP, _BY_FILTER, told, 0, 0) == 0
    return {"calls"} if done else set()


def _program(architecture, _seccomp, clone, refused):
    """Instructions of the filter: (what, on yes, on no, with what), forward jumps only."""

    def step(what, value, yes=0, no=0):
        return struct.pack("=HBBI", what, yes, no, value)

    refuse = step(_RETURN, _ERRNO | errno.EPERM)
    program = [
        step(_LOAD, _ARCHITECTURE_AT),
        step(_EQUAL, architecture, yes=1),
        refuse,
        step(_LOAD, _NUMBER_AT),
        step(_AT_LEAST, _OTHER_ABI, no=1),
        refuse,
        step(_EQUAL, _CLONE3, no=1),
        step(_RETURN, _ERRNO | errno.ENOSYS),
    ]
    for number in filter(None, refused):
        program += [step(_EQUAL, number, no=1), refuse]
    return [
        *program,
        step(_EQUAL, clone, yes=1),
        step(_RETURN, _ALLOW),
        step(_LOAD, _FIRST_ARGUMENT_AT),
        step(_ANY_BIT, _THREAD, no=1),
        step(_RETURN, _ALLOW),
        refuse,
    ]


def attempts():
    """{what it must not: a function that tries}, for the proof."""
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


def _fork():
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def main():
    """Exit status 1, and what was possible all the same, where this kernel does not confine."""
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
