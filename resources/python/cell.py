"""How a forked child shuts itself in before it reads one byte of its request, and how it leaves.

Not here: what is done with the request (child.py). Order matters: the limits and the filter come first.
"""

import os
import resource

import child
import kernel

REPLY_FD = 7
NOT_CONFINED = 10  # SIGUSR1
ESCAPED, OUT_OF_MEMORY = 99, 96
MEGABYTE = 1 << 20
RLIMIT_AS, RLIMIT_CPU, RLIMIT_NPROC = resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_NPROC
NONE = (0, 0)

_write = os.write
_exit = os._exit
_setsid = os.setsid
_dup2 = os.dup2
_close_range = os.closerange
_limit = resource.setrlimit
_load = child.load
_BaseException = BaseException


def prepare():
    """What a child takes over from the zygote by the fork, done once there."""
    for name, limit in (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 16),
        (resource.RLIMIT_STACK, 8 * MEGABYTE),
    ):
        resource.setrlimit(name, (limit, limit))


def start(pipe, zygote_bytes, request, work, shut):
    """Never returns. work: from what was asked to the reply; shut: installs the filter, or None."""
    try:
        _shut_in(pipe, zygote_bytes + request.memory * MEGABYTE, request.cpu_seconds)
        if shut is not None:
            shut()
    except _BaseException:
        # A sign that no program can give: with the filter in force it cannot signal itself.
        os.kill(os.getpid(), NOT_CONFINED)
        _exit(ESCAPED)
    try:
        reply = work(_load(request.payload)).encode("ascii")
        sent = _write(REPLY_FD, reply)
        while sent < len(reply):
            sent += _write(REPLY_FD, reply[sent:])
        _exit(0)
    except MemoryError:
        _exit(OUT_OF_MEMORY)
    except _BaseException:
        _exit(ESCAPED)


def _shut_in(pipe, address_space, cpu_seconds):
    """Not dumpable and without new privileges the zygote is already, and with it every child (confine.seal)."""
    _setsid()
    if pipe != REPLY_FD:
        _dup2(pipe, REPLY_FD, False)
    _close_range(0, REPLY_FD)
    _close_range(REPLY_FD + 1, 16)
    kernel.die_with_parent()
    _limit(RLIMIT_AS, (address_space, address_space))
    _limit(RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    _limit(RLIMIT_NPROC, NONE)
