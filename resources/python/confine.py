"""How the zygote shuts itself in, after everything is loaded and before the first request.

Either all of it succeeds or the process ends with NOT_ENTERED, and the app starts another zygote without namespaces.
Not here: the limits of a single program (child.py); bubblewrap's arguments (electron/sandbox/launch.ts).
"""

import os

import kernel

NOT_ENTERED = 71
NOBODY = 65534


def drop_root():
    """A zygote started by root goes on as nobody, where that user exists in this namespace."""
    if os.geteuid() != 0:
        return
    try:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    except OSError:
        return
    # A change of user makes /proc/self root's, and the id maps below could not be written.
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)


def seal():
    """No capability, no new privilege, and death with the parent."""
    kernel.drop_capabilities()
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, kernel.SIGKILL)


def enter_namespaces(make_root):
    """Returns in the process that serves: pid 1 of new namespaces, with the root that make_root gives it."""
    try:
        _unshare()
        inner = os.fork()
    except OSError:
        os._exit(NOT_ENTERED)
    if inner:
        _outlive(inner)
    try:
        kernel.prctl(kernel.PR_SET_PDEATHSIG, kernel.SIGKILL)
        make_root()
    except OSError:
        os._exit(NOT_ENTERED)


def _unshare():
    user, group = os.geteuid(), os.getegid()
    kernel.unshare_all()
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", "%d %d 1" % (NOBODY, user))
    _write("/proc/self/gid_map", "%d %d 1" % (NOBODY, group))


def _write(path, text):
    # Bytes: the codec of a text file might have to be loaded, from where this user may no longer read.
    with open(path, "wb") as file:
        file.write(text.encode())


def _outlive(inner):
    """The outer process only passes the exit on; the pipes belong to the inner one."""
    try:
        kernel.prctl(kernel.PR_SET_PDEATHSIG, kernel.SIGKILL)
        os.closerange(0, 64)
        _, status = os.waitpid(inner, 0)
        os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 70)
    finally:
        os._exit(70)


SAFE = kernel.MS_NOSUID | kernel.MS_NODEV


def empty_root():
    """Nothing at all: whatever a program may use is loaded already."""
    begin_root(SAFE | kernel.MS_NOEXEC, b"size=4k,nr_inodes=2,mode=555")
    end_root(SAFE | kernel.MS_NOEXEC)


def begin_root(flags, options):
    """A small new file system in the current folder, to be filled while the old root is still there."""
    kernel.mount(b"none", b"/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount(b"none", b"/tmp", b"tmpfs", flags, options)
    os.chdir("/tmp")


def end_root(flags):
    """The current folder becomes the root, read-only, and the old root goes."""
    kernel.pivot_root(b".", b".")
    kernel.detach(b".")
    os.chdir("/")
    kernel.mount(b"none", b"/", None, kernel.MS_REMOUNT | kernel.MS_RDONLY | flags)
