"""The few kernel calls that Python's os module lacks, by ctypes. Raises OSError with the kernel's errno.

Not here: decisions. Who is confined how is in confine.py (the zygote) and child.py (the program).
"""

import ctypes
import os

MACHINE = os.uname().machine
LIBC = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP = 1, 4, 22
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
SECCOMP_MODE_FILTER = 2
SIGKILL = 9
CLONE_NEW_ALL = 0x78020000  # user, mount, network, pid, ipc
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 0x1000, 0x4000, 0x40000
MNT_DETACH = 2
NUMBERS = {
    "x86_64": {"pivot_root": 155, "capset": 126},
    "aarch64": {"pivot_root": 41, "capset": 91},
}
LANDLOCK_CREATE, LANDLOCK_RESTRICT = 444, 446  # the same on every architecture


def _checked(result):
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def prctl(option, value, third=0):
    zero = ctypes.c_ulong(0)
    return _checked(
        LIBC.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(third), zero, zero)
    )


# Without errno and with plain numbers: a child calls it twice, and every page that this touches has to be copied.
_plain_prctl = ctypes.CDLL(None).prctl


def die_with_parent():
    if _plain_prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0):
        raise OSError


def unshare_all():
    _checked(LIBC.unshare(CLONE_NEW_ALL))


def mount(source, target, kind, flags, options=None):
    _checked(LIBC.mount(source, target, kind, ctypes.c_ulong(flags), options))


def detach(target):
    _checked(LIBC.umount2(target, MNT_DETACH))


def pivot_root(new, old):
    _checked(LIBC.syscall(ctypes.c_long(NUMBERS[MACHINE]["pivot_root"]), new, old))


def drop_capabilities():
    """Empties the bounding set where permitted, then all three sets."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    nothing = (ctypes.c_uint32 * 6)()
    _checked(LIBC.syscall(ctypes.c_long(NUMBERS[MACHINE]["capset"]), header, nothing))


def allocate(size):
    """The address of a chunk of the C library's, never to be freed."""
    return _malloc(ctypes.c_size_t(size))


_malloc = LIBC.malloc
_malloc.restype = ctypes.c_size_t


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


class Filter:
    """A filter made once in the zygote; install() is all that a child has to do."""

    def __init__(self, code):
        self._code = ctypes.create_string_buffer(code, len(code))
        self._program = _Program(len(code) // 8, ctypes.addressof(self._code))
        address = ctypes.c_void_p(ctypes.addressof(self._program))
        self._call = (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, address, 0, 0)

    def install(self):
        if _plain_prctl(*self._call):
            raise OSError


class _Ruleset(ctypes.Structure):
    _fields_ = [("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


FS_RIGHTS = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF}


def landlock():
    """Denies every file, TCP, abstract socket and outside process that this kernel's Landlock knows; the ABI, or 0."""
    version = LIBC.syscall(ctypes.c_long(LANDLOCK_CREATE), None, ctypes.c_size_t(0), 1)
    if version < 1:
        return 0
    rules = _Ruleset(FS_RIGHTS.get(version, 0xFFFF), 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    ruleset = LIBC.syscall(
        ctypes.c_long(LANDLOCK_CREATE), ctypes.byref(rules), ctypes.c_size_t(size), 0
    )
    if ruleset < 0:
        return 0
    result = LIBC.syscall(ctypes.c_long(LANDLOCK_RESTRICT), ruleset, 0)
    os.close(ruleset)
    return version if result == 0 else 0
