"""The canaries: what a program might try, tried by trusted code, with what came of it.

Each row is [name, held, what was seen]. `confined` runs exactly as a program runs. `exposed` runs without the filter,
because the filter hides whether the namespaces are there. Not here: levels; electron/sandbox/level.ts draws them.
"""

import _socket
import ctypes
import errno
import json
import mmap
import os
import sys
import time

import kernel

CALLS = {
    "x86_64": {"openat": 257, "unshare": 272, "io_uring_setup": 425, "ptrace": 101},
    "aarch64": {"openat": 56, "unshare": 97, "io_uring_setup": 425, "ptrace": 117},
}
CLONE_NEWUSER = 0x10000000
PTRACE_SEIZE = 0x4206
AT_FDCWD = -100
# What an interpreter started with an empty environment has all the same.
EXPECTED_ENVIRONMENT = {"PYTHONHASHSEED", "LD_BIND_NOW", "LC_CTYPE", "PWD", "__CF_USER_TEXT_ENCODING"}
INHERITED = sorted(set(os.environ) - EXPECTED_ENVIRONMENT)


def _errno(problem):
    return errno.errorcode.get(problem.errno, type(problem).__name__)


def _refused(attempt):
    """Held when the attempt raises; only OSError and MemoryError count as a refusal."""
    try:
        seen = attempt()
    except OSError as problem:
        return True, _errno(problem)
    return False, "succeeded" if seen is None else str(seen)


def _call(name, *arguments):
    number = CALLS.get(kernel.MACHINE, {}).get(name)
    if number is None:
        return "no number known"
    words = [
        argument if isinstance(argument, bytes) else ctypes.c_long(argument)
        for argument in arguments
    ]
    result = kernel.LIBC.syscall(ctypes.c_long(number), *words)
    if result == -1:
        raise OSError(ctypes.get_errno(), "")
    return None


def _read(path):
    with open(path, "rb") as file:
        return "read %d bytes" % len(file.read())


def _create(path):
    with open(path, "wb"):
        pass


def _connect(family, address):
    end = _socket.socket(family, _socket.SOCK_STREAM)
    try:
        end.settimeout(1)
        end.connect(address)
    finally:
        end.close()


def _fork():
    if os.fork() == 0:
        os._exit(0)


def _exec():
    # A path that does not exist: a successful exec would end the test, ENOENT says that exec is allowed.
    try:
        os.execv("/nonexistent", ["/nonexistent"])
    except FileNotFoundError:
        return "exec is allowed"


def _executable_memory():
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)


def _sleep():
    time.sleep(0.001)


def _environment():
    return not INHERITED and not os.environ, "inherited: " + (", ".join(INHERITED) or "nothing")


def confined(request):
    file, port, zygote = request["file"], request["port"], request["zygote"]
    attempts = {
        "read a file": lambda: _read(file),
        "write a file": lambda: _create(file + ".written"),
        "raw openat": lambda: _call("openat", AT_FDCWD, os.fsencode(file), 0, 0),
        "connect to a TCP listener": lambda: _connect(_socket.AF_INET, ("127.0.0.1", port)),
        "fork": _fork,
        "execute a program": _exec,
        "signal the parent": lambda: os.kill(zygote, 0),
        "map executable memory": _executable_memory,
        "set up io_uring": lambda: _call("io_uring_setup", 4, 0),
        "enter a user namespace": lambda: _call("unshare", CLONE_NEWUSER),
        "trace the parent": lambda: _call("ptrace", PTRACE_SEIZE, zygote, 0, 0),
        "sleep": _sleep,
    }
    rows = [[name, *_refused(attempt)] for name, attempt in attempts.items()]
    # EINVAL or ESRCH would mean that the call got past the filter.
    rows = [[name, held and seen in ("EPERM", "EACCES"), seen] for name, held, seen in rows]
    return _reply(request, [*rows, ["environment is empty", *_environment()]])


def exposed(request):
    file, port, abstract = request["file"], request["port"], request["abstract"]
    rows = [
        ["host file is unreachable", *_refused(lambda: _read(file))],
        ["host listener is unreachable", *_refused(lambda: _connect(_socket.AF_INET, ("127.0.0.1", port)))],
        [
            "host abstract socket is unreachable",
            *_refused(lambda: _connect(_socket.AF_UNIX, b"\0" + abstract.encode("ascii"))),
        ],
    ]
    held, seen = _refused(lambda: os.kill(request["app"], 0))
    # EPERM would mean that the process is there, only owned by somebody else.
    rows.append(["host process does not exist", held and seen == "ESRCH", seen])
    return _reply(request, rows)


def _reply(request, rows):
    return request["nonce"] + json.dumps(rows) + "\n"


def forget():
    """The modules that only the canaries need; no program shall find them loaded."""
    for name in ("_socket", "mmap", "selftest"):
        sys.modules.pop(name, None)
