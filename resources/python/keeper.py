"""The first process of a workspace: unpacks files into a bounded work tree and runs commands there, one at a time.

It looks at nothing that a command has left behind: packing and unpacking happen in confined children too. Not here:
what is run and why; the other end is electron/sandbox/workspace.ts. Every command starts in /work with no network, a
read-only system, limits, no capability and the denylist of filter.py, and everything it left running ends with it.
Usage: keeper.py ENTRY SIZE_BYTES FILES PREFIXES, with ENTRY own or bubblewrap and PREFIXES a colon list.
"""

import json
import os
import resource
import select
import struct
import sys
import time

import confine
import filter as call_filter
import kernel
from wire import CANCELLED, CHUNK, EXITED, NOT_RUN, TIMEOUT, Inbox, send, verdict

UNPACK, COMMAND, PACK = 20, 21, 22
WORK = "/work"
MEGABYTE = 1 << 20
PROCESSES = 256
OPEN_FILES = 256
TEMPORARY = b"size=64m,nr_inodes=4096,mode=1777"
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/tmp",
    "TMPDIR": "/tmp",
    "LANG": "C.UTF-8",
    "USER": "nobody",
    "PYTHONDONTWRITEBYTECODE": "1",
    "GIT_CONFIG_NOSYSTEM": "1",
}


def work_root(size, files, prefixes):
    """A read-only system, an empty work tree and nothing else of the host."""
    confine.begin_root(confine.SAFE, b"size=1m,nr_inodes=1024,mode=755")
    for folder in ("usr", "etc", "proc", "dev", "tmp", "work"):
        os.mkdir(folder)
    borrow("/usr")
    for name in ("bin", "sbin", "lib", "lib64", "lib32"):
        if os.path.islink("/" + name):
            os.symlink(os.readlink("/" + name), name)
        elif os.path.isdir("/" + name):
            os.mkdir(name)
            borrow("/" + name)
    for path in [*prefixes, "/etc/alternatives"]:
        if os.path.isdir(path) and not path.startswith("/usr/"):
            os.makedirs(path[1:], exist_ok=True)
            borrow(path)
    with open("etc/passwd", "wb") as file:
        file.write(b"nobody:x:%d:%d::/tmp:/bin/sh\n" % (confine.NOBODY, confine.NOBODY))
    for name in ("null", "zero", "full", "random", "urandom"):
        open("dev/" + name, "wb").close()
        kernel.mount(b"/dev/" + name.encode(), b"dev/" + name.encode(), None, kernel.MS_BIND)
    try:
        kernel.mount(b"proc", b"proc", b"proc", confine.SAFE | kernel.MS_NOEXEC)
    except OSError:
        # A container that hides parts of /proc forbids a fresh one; commands do without.
        pass
    work_folders(size, files, "")
    confine.end_root(confine.SAFE)


def work_folders(size, files, root):
    options = "size=%d,nr_inodes=%d,mode=755" % (size, files)
    kernel.mount(b"none", (root + "tmp").encode(), b"tmpfs", confine.SAFE, TEMPORARY)
    kernel.mount(b"none", (root + "work").encode(), b"tmpfs", confine.SAFE, options.encode("ascii"))


def borrow(path):
    """A folder of the host, read-only. Flags that the host's mount already has must be kept."""
    target = path[1:].encode()
    kernel.mount(path.encode(), target, None, kernel.MS_BIND | kernel.MS_REC)
    kept = os.statvfs(path).f_flag & (kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    times = os.statvfs(path).f_flag & (os.ST_NOATIME | os.ST_NODIRATIME | os.ST_RELATIME)
    read_only = kernel.MS_REMOUNT | kernel.MS_BIND | kernel.MS_RDONLY | confine.SAFE
    kernel.mount(b"none", target, None, read_only | kept | mount_times(times))


def mount_times(flags):
    """statvfs and mount(2) number their access-time flags alike, but for relatime."""
    same = flags & (os.ST_NOATIME | os.ST_NODIRATIME)
    return same | ((1 << 21) if flags & os.ST_RELATIME else 0)


def unpack(payload, _request):
    """[[path, mode, hex], ...] into the work tree. Paths were checked by the app, and nothing is there to follow."""
    for path, mode, content in json.loads(payload):
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        with open(path, "wb", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW)) as file:
            file.write(bytes.fromhex(content))
        os.chmod(path, mode)


def pack(payload, request):
    """The regular files below the work tree, or those named, in the form that unpack takes, on standard output."""
    names = json.loads(payload)
    # A third: hexadecimal digits double a file, names and marks come on top.
    found, left = [], request.longest // 3
    for path in sorted(every_file()) if names is None else names:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            continue
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if status.st_mode & 0o170000 != 0o100000:
                continue
            content = file.read(left + 1)
        left -= len(content)
        if left < 0:
            os._exit(3)
        found.append([path, status.st_mode & 0o777, content.hex()])
    reply = memoryview(json.dumps(found).encode("ascii"))
    while reply:
        reply = reply[os.write(1, reply) :]


def every_file():
    for folder, _, names in os.walk(".", onerror=None, followlinks=False):
        for name in names:
            yield os.path.join(folder, name)[2:]


def command(payload, _request):
    request = json.loads(payload)
    os.execve("/bin/sh", ["sh", "-c", request["command"]], {**ENVIRONMENT, **request["environment"]})


WORK_OF = {UNPACK: unpack, COMMAND: command, PACK: pack}


def start(request, pipes, size, denials):
    """Never returns: the child, confined, does its work."""
    try:
        standard_input, out, err = pipes
        os.setsid()
        for target, source in enumerate((standard_input, out, err)):
            os.dup2(source, target)
        os.closerange(3, 64)
        limits(request, size)
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        kernel.prctl(kernel.PR_SET_PDEATHSIG, kernel.SIGKILL)
        denials.install()
        os.chdir(WORK)
        os.umask(0o022)
    except BaseException:
        os.kill(os.getpid(), 10)
    try:
        WORK_OF[request.mode](request.payload, request)
        os._exit(0)
    except BaseException as problem:
        os.write(2, ("%s\n" % problem)[:500].encode("utf-8", "replace"))
        os._exit(2)


def limits(request, size):
    for name, soft, hard in (
        (resource.RLIMIT_AS, request.memory * MEGABYTE, None),
        (resource.RLIMIT_CPU, request.cpu_seconds + 1, request.cpu_seconds + 2),
        (resource.RLIMIT_FSIZE, size, None),
        (resource.RLIMIT_CORE, 0, None),
        (resource.RLIMIT_NOFILE, OPEN_FILES, None),
        (resource.RLIMIT_NPROC, PROCESSES, None),
    ):
        resource.setrlimit(name, (soft, soft if hard is None else hard))


class Output:
    """What a command writes to one stream, kept up to a length and counted beyond it."""

    def __init__(self, longest):
        self._left = longest
        self._chunks = []
        self.lost = 0

    def add(self, data):
        kept = data[: self._left]
        self._chunks.append(kept)
        self._left -= len(kept)
        self.lost += len(data) - len(kept)

    def all(self):
        return b"".join(self._chunks)


def listen(pid, streams, request, inbox, deadline):
    """Collects both streams until the command itself ends: the status that cut it short, or None."""
    poller = select.poll()
    for descriptor in (0, *streams):
        poller.register(descriptor, select.POLLIN)
    ended = os.pidfd_open(pid)
    poller.register(ended, select.POLLIN)
    try:
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return TIMEOUT
            ready = [descriptor for descriptor, _ in poller.poll(left * 1000 + 1)]
            for descriptor in ready:
                if descriptor == 0:
                    inbox.fill()
                    if request.id in inbox.cancelled:
                        return CANCELLED
                elif descriptor in streams and not take(descriptor, streams):
                    poller.unregister(descriptor)
            if ended in ready:
                return None
    finally:
        os.close(ended)


def take(descriptor, streams):
    """Whether there may be more. The streams do not block: a command's leftovers must not hold the keeper."""
    try:
        data = os.read(descriptor, CHUNK)
    except BlockingIOError:
        return True
    streams[descriptor].add(data)
    return bool(data)


def end_everything(pid):
    """Kills all that a command has left, and gives how it ended itself: (exit status, usage)."""
    try:
        os.kill(-1, kernel.SIGKILL)
    except ProcessLookupError:
        pass
    _, exit_status, usage = os.wait4(pid, 0)
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return exit_status, usage


def drain(streams):
    """What is still in the pipes once nobody can write any more."""
    for descriptor, output in streams.items():
        while True:
            try:
                data = os.read(descriptor, CHUNK)
            except BlockingIOError:
                break
            if not data:
                break
            output.add(data)


def serve_one(request, inbox, size, denials):
    started = time.monotonic()
    out, err = os.pipe(), os.pipe()
    nothing = os.open("/dev/null", os.O_RDONLY)
    try:
        pid = os.fork()
    except OSError:
        pid = -1
    if pid == 0:
        start(request, (nothing, out[1], err[1]), size, denials)
    for descriptor in (nothing, out[1], err[1]):
        os.close(descriptor)
    streams = {out[0]: Output(request.longest), err[0]: Output(request.longest)}
    for descriptor in streams:
        os.set_blocking(descriptor, False)
    if pid < 0:
        send(request.id, NOT_RUN, 0, (0, 0), b"")
    else:
        status = listen(pid, streams, request, inbox, started + request.wall)
        exit_status, usage = end_everything(pid)
        drain(streams)
        answer(request, verdict(status, exit_status), usage, started, streams)
    inbox.cancelled.discard(request.id)
    for descriptor in streams:
        os.close(descriptor)


def answer(request, ending, usage, started, streams):
    """The reply's bytes: how much of each stream was kept and lost (u32 each), then both streams."""
    wall = int((time.monotonic() - started) * 1e6)
    cpu = int((usage.ru_utime + usage.ru_stime) * 1e6)
    out, err = streams.values()
    texts = out.all(), err.all()
    lost = [min(stream.lost, 0xFFFFFFFF) for stream in (out, err)]
    head = struct.pack("<IIII", len(texts[0]), lost[0], len(texts[1]), lost[1])
    send(request.id, *ending, (min(wall, 0xFFFFFFFF), cpu), head + texts[0] + texts[1])


def main():
    entry, size, files, prefixes = sys.argv[1:5]
    os.closerange(3, 1024)
    denials = kernel.Filter(call_filter.assemble_denials(kernel.MACHINE))
    folders = [path for path in prefixes.split(":") if path]
    if entry == "own":
        confine.drop_root()
        confine.enter_namespaces(lambda: work_root(int(size), int(files), folders))
    else:
        work_folders(int(size), int(files), "/")
    confine.seal()
    os.environ.clear()
    send(0, EXITED, 0, (0, 0), json.dumps({"python": "%d.%d.%d" % sys.version_info[:3]}).encode("ascii"))
    inbox = Inbox()
    while True:
        serve_one(inbox.next(), inbox, int(size), denials)


main()
