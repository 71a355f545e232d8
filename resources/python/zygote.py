"""The fork server: loads Python once, shuts itself in, then forks one child for each request.

It never parses or runs untrusted text: a request's payload and a child's reply are opaque bytes to it, and it alone
says how a child ended. Not here: what the child does (child.py). The other end is electron/sandbox/zygote.ts.
Usage: zygote.py LAYERS, with LAYERS a comma list out of namespaces, landlock, filter.
"""

import gc
import importlib
import json
import os
import select
import sys
import time
import warnings

import child
import confine
import filter as call_filter
import kernel
import selftest
from offered import CODECS, OFFERED, SUPPORT
from wire import CANCELLED, CHUNK, EXITED, NOT_RUN, TIMEOUT, TOO_LARGE, Inbox, send, verdict

# `resource` stays: os.wait4 looks it up in sys.modules.
HIDDEN = (
    "child confine filter kernel selftest wire facts entry measures literal canonical offered ctypes _ctypes select "
    "_posixsubprocess importlib.util"
).split()

MODES = {0: child.run, 1: child.analyse, 2: selftest.confined, 3: selftest.exposed}
UNFILTERED = 3


def listen(pipe, request, inbox, deadline):
    """Collects the child's bytes: (status or None at end of file, bytes)."""
    chunks, size = [], 0
    poller = select.poll()
    poller.register(pipe, select.POLLIN)
    poller.register(0, select.POLLIN)
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return TIMEOUT, b""
        for fd, _ in poller.poll(left * 1000 + 1):
            if fd == 0:
                inbox.fill()
                if request.id in inbox.cancelled:
                    return CANCELLED, b""
                continue
            data = os.read(pipe, CHUNK)
            if not data:
                return None, b"".join(chunks)
            chunks.append(data)
            size += len(data)
            if size > request.longest:
                return TOO_LARGE, b""


def reap(pid):
    """(exit status of waitpid, usage). The kill ends a child that lives on, and cannot touch one that is leaving."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, kernel.SIGKILL)
        except OSError:
            pass
    _, exit_status, usage = os.wait4(pid, 0)
    return exit_status, usage


def serve_one(request, inbox, zygote_bytes, system_filter):
    started = time.monotonic()
    if request.id in inbox.cancelled:
        inbox.cancelled.discard(request.id)
        return send(request.id, CANCELLED, 0, (0, 0, 0), b"")
    try:
        ours, theirs = os.pipe()
    except OSError:
        return send(request.id, NOT_RUN, 0, (0, 0, 0), b"")
    try:
        pid = os.fork()
    except OSError:
        os.close(ours)
        os.close(theirs)
        return send(request.id, NOT_RUN, 0, (0, 0, 0), b"")
    if pid == 0:
        request.work = MODES[request.mode]
        child.start(theirs, zygote_bytes, request, None if request.mode == UNFILTERED else system_filter)
    os.close(theirs)
    status, data = listen(ours, request, inbox, started + request.wall)
    exit_status, usage = reap(pid)
    os.close(ours)
    inbox.cancelled.discard(request.id)
    status, code = verdict(status, exit_status)
    times = (
        int((time.monotonic() - started) * 1e6),
        int((usage.ru_utime + usage.ru_stime) * 1e6),
        usage.ru_maxrss,
    )
    return send(request.id, status, code, times, data if status == EXITED else b"")


def load_everything():
    """Whatever a program may import, and whatever the interpreter would otherwise load lazily in each child."""
    warnings.simplefilter("ignore")
    # Digests of the interpreter's own: OpenSSL would cost every child its pages.
    sys.modules["_hashlib"] = None
    for name in (*OFFERED, *SUPPORT):
        importlib.import_module(name)
    for name in CODECS:
        "x".encode(name) if name != "hex_codec" else b"x".hex()
    rehearse()


def rehearse():
    """One small trusted program through the harness, so that first-time costs are paid before the fork."""
    program = "import re\ndef f(a, b=None):\n    return [sorted({a: b}.items()), re.sub('a', 'b', 'aa'), '%s' % a]\n"
    space = {}
    exec(compile(program, "<task>", "exec"), space)
    nodes = child.literal.parse_arguments("3, [1.5, 'x', {2: (True, None)}]")
    child.canonical.canonical(space["f"](*map(child.literal.build, nodes)), 1000)
    child.facts.of_program(program)


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


def main():
    layers = sys.argv[1].split(",")
    os.closerange(3, 1024)
    load_everything()
    size = program_bytes()
    abi = 0
    confine.drop_root()
    system_filter = None
    if "filter" in layers:
        system_filter = kernel.Filter(call_filter.assemble(kernel.MACHINE, child.REPLY_FD))
    if "namespaces" in layers:
        confine.enter_namespaces(confine.empty_root)
    confine.seal()
    child.prepare()
    if "landlock" in layers:
        abi = kernel.landlock()
    ready = {
        "python": "%d.%d.%d" % sys.version_info[:3],
        "modules": OFFERED,
        "landlock": abi,
        "process": os.getpid(),
    }
    hide()
    gc.collect()
    gc.freeze()
    gc.disable()
    send(0, EXITED, 0, (0, 0, 0), json.dumps(ready).encode("ascii"))
    inbox = Inbox()
    while True:
        serve_one(inbox.next(), inbox, size, system_filter)


main()
