"""The fork server: loads Python once, shuts itself in, then forks one child for each request.

It never parses or runs untrusted text: a request's payload and a child's reply are opaque bytes to it, and it alone
says how a child ended. Not here: how a child shuts itself in (cell.py), what it does (child.py). The other end is electron/sandbox/zygote.ts.
Usage: zygote.py LAYERS, with LAYERS a comma list out of namespaces, landlock, filter.
"""

import _signal
import importlib
import json
import os
import select
import sys
import time
import warnings

import cell
import child
import compact
import confine
import filter as call_filter
import kernel
import selftest
from offered import CODECS, OFFERED, SUPPORT
from wire import CANCELLED, CHUNK, EXITED, NOT_RUN, TIMEOUT, TOO_LARGE, Inbox, send, verdict

HIDDEN = (
    "cell child compact confine filter kernel selftest wire facts entry measures literal canonical offered ctypes _ctypes "
    "resource select _posixsubprocess importlib.util"
).split()

MODES = {0: child.run, 1: child.analyse, 2: selftest.confined, 3: selftest.exposed}
UNFILTERED = 3
NO_TIMES = (0, 0)
PATIENCE = 0.02

_monotonic = time.monotonic
_clock = time.clock_gettime
_read = os.read


def serve(inbox, poller, zygote_bytes, shut):
    """One child for the next request, from its fork to its reply."""
    request = inbox.next()
    started = _monotonic()
    if request.id in inbox.cancelled:
        inbox.cancelled.discard(request.id)
        return send(request.id, CANCELLED, 0, NO_TIMES, b"")
    pipe = fork(request, zygote_bytes, shut)
    if pipe is None:
        return send(request.id, NOT_RUN, 0, NO_TIMES, b"")
    pid, ours = pipe
    status, data = listen(ours, request, inbox, poller, started + request.wall)
    poller.unregister(ours)
    if status == TIMEOUT and is_stopped(pid):
        status = NOT_RUN
    cpu = processor_seconds(pid)
    status, code = verdict(status, reap(pid))
    os.close(ours)
    inbox.cancelled.discard(request.id)
    times = (int((_monotonic() - started) * 1e6), int(cpu * 1e6))
    return send(request.id, status, code, times, data if status == EXITED else b"")


def fork(request, zygote_bytes, shut):
    """(process id, our end of its pipe); None when the system has no room for it. The child does not return."""
    try:
        ours, theirs = os.pipe()
    except OSError:
        return None
    try:
        pid = os.fork()
    except OSError:
        os.close(ours)
        os.close(theirs)
        return None
    if pid == 0:
        cell.start(theirs, zygote_bytes, request, MODES[request.mode], None if request.mode == UNFILTERED else shut)
    os.close(theirs)
    return pid, ours


def listen(pipe, request, inbox, poller, deadline):
    """Collects the child's bytes: (status or None at end of file, bytes)."""
    chunks, size = [], 0
    # At first only the end wakes us up: most replies fit into the pipe. A child that fills it waits a moment.
    poller.register(pipe, 0)
    patience = _monotonic() + PATIENCE
    while True:
        now = _monotonic()
        if now >= deadline:
            return TIMEOUT, b""
        if now >= patience:
            poller.modify(pipe, select.POLLIN)
            patience = deadline
        for fd, event in poller.poll((min(patience, deadline) - now) * 1000 + 1):
            if fd == 0:
                inbox.fill()
                if request.id in inbox.cancelled:
                    return CANCELLED, b""
                continue
            while True:
                data = _read(pipe, CHUNK)
                if not data:
                    return None, b"".join(chunks)
                chunks.append(data)
                size += len(data)
                if size > request.longest:
                    return TOO_LARGE, b""
                if not event & select.POLLHUP:
                    break


def is_stopped(pid):
    """By somebody outside: the filter leaves a program no way to stop itself."""
    return os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOHANG) is not None


def processor_seconds(pid):
    """What a child that is not reaped yet has used: its clock by the kernel's numbering (clock_getres(2))."""
    try:
        return _clock(~pid << 3 | 2)
    except OSError:
        return 0.0


def reap(pid):
    """The exit status of waitpid. The kill ends a child that lives on, and cannot touch one that is leaving."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, kernel.SIGKILL)
        except OSError:
            pass
    return os.waitpid(pid, 0)[1]


def load_everything():
    """Whatever a program may import, and whatever the interpreter would otherwise load lazily in each child."""
    warnings.simplefilter("ignore")
    # Digests of the interpreter's own: OpenSSL would cost every child its pages.
    sys.modules["_hashlib"] = None
    register, os.register_at_fork = os.register_at_fork, lambda **hooks: None
    for name in (*OFFERED, *SUPPORT):
        importlib.import_module(name)
    os.register_at_fork = register
    for name in CODECS:
        "x".encode(name) if name != "hex_codec" else b"x".hex()


REHEARSALS = 30
PROGRAM = """import collections, math, re
class C:
    def __init__(self, a): self.a = a
def f(a, b=None):
    x = [sorted({a: b}.items()), re.sub('a', 'b', 'aa'), '%s' % a, f'{a}', math.gcd(a, 6), C(a).a]
    for i in range(3): x = [x, {i: (i, 1.5, True)}]
    return x, {a}, collections.Counter('aab'), a
"""
LITERALS = ["3, [1.5, 'x', {2: (True, None)}]", "-1, 'a'", ["[5, [1.5, \"x\"]]"]]


def rehearse():
    """Trusted programs through the harness: first-time costs are paid, and the interpreter settles its code, before the fork."""
    request = {"nonce": "", "inputs": LITERALS, "repeat": 1, "outputChars": 10_000}
    for at in range(REHEARSALS):
        program = "def f(a, b): return a.b\n" if at % 4 == 3 else PROGRAM
        text = json.dumps({**request, "program": program}).encode("ascii")
        child.run(child.load(text), audit=id)
    child.facts.of_program(PROGRAM)


def hide():
    """Names that only the harness needs leave sys.modules; nothing can be loaded from disk any more."""
    selftest.forget()
    for name in HIDDEN:
        sys.modules.pop(name, None)
    sys.path[:] = []
    sys.path_importer_cache.clear()
    os.environ.clear()


def program_bytes():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def shut_in(layers):
    """The filter for children, or None, and the Landlock ABI in force."""
    confine.drop_root()
    system_filter = None
    if "filter" in layers:
        system_filter = kernel.Filter(call_filter.assemble(kernel.MACHINE, cell.REPLY_FD))
    if "namespaces" in layers:
        confine.enter_namespaces(confine.empty_root)
    confine.seal()
    cell.prepare()
    abi = kernel.landlock() if "landlock" in layers else 0
    return system_filter and system_filter.install, abi


def main():
    os.closerange(3, 1024)
    load_everything()
    size = program_bytes()
    shut, abi = shut_in(sys.argv[1].split(","))
    ready = {
        "python": "%d.%d.%d" % sys.version_info[:3],
        "modules": OFFERED,
        "landlock": abi,
        "process": os.getpid(),
    }
    # Without the hook that would seed it anew in every child: what `random` gives depends on the hash seed alone.
    sys.modules["random"].seed(int(os.environ.get("PYTHONHASHSEED", "0")))
    # Python would make an exception of it, and with it an outcome.
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    child.take_streams()
    rehearse()
    hide()
    compact.settle()
    send(0, EXITED, 0, NO_TIMES, json.dumps(ready).encode("ascii"))
    inbox = Inbox()
    poller = select.poll()
    poller.register(0, select.POLLIN)
    while True:
        serve(inbox, poller, size, shut)


try:
    main()
except BaseException as problem:
    # Python's own way of saying so went with the streams.
    os.write(2, ("%s: %s\n" % (type(problem).__name__, problem)).encode("utf-8", "replace"))
    os._exit(1)
