"""The system call filter of a child: a classic BPF program, assembled here from two tables of numbers.

Denied calls return EPERM, which a program sees as PermissionError; another architecture kills the process.
nanosleep is absent on purpose. x32 calls carry bit 0x40000000, match no number and are denied.
Source: Linux, Documentation/userspace-api/seccomp_filter.rst; numbers from the kernel's tables of each architecture.
"""

import struct

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
PLAIN_CALLS = {
    "x86_64": {
        "futex": 202,
        "clock_gettime": 228,
        "brk": 12,
        "munmap": 11,
        "madvise": 28,
        "mremap": 25,
        "exit_group": 231,
        "getrandom": 318,
        "getpid": 39,
        "gettid": 186,
        "gettimeofday": 96,
        "time": 201,
        "clock_getres": 229,
        "rt_sigreturn": 15,
        "sched_yield": 24,
        "exit": 60,
        "membarrier": 324,
        "rseq": 334,
    },
    "aarch64": {
        "futex": 98,
        "clock_gettime": 113,
        "brk": 214,
        "munmap": 215,
        "madvise": 233,
        "mremap": 216,
        "exit_group": 94,
        "getrandom": 278,
        "getpid": 172,
        "gettid": 178,
        "gettimeofday": 169,
        "clock_getres": 114,
        "rt_sigreturn": 139,
        "sched_yield": 124,
        "exit": 93,
        "membarrier": 283,
        "rseq": 293,
    },
}
# write, mmap, mprotect: allowed under a condition on an argument
CHECKED_CALLS = {
    "x86_64": {"write": 1, "mmap": 9, "mprotect": 10},
    "aarch64": {"write": 64, "mmap": 222, "mprotect": 226},
}

LOAD, JUMP_EQUAL, JUMP_SET, RETURN = 0x20, 0x15, 0x45, 0x06
ALLOW, DENY, KILL = 0x7FFF0000, 0x00050001, 0x80000000
OFFSET_NUMBER, OFFSET_ARCH, OFFSET_ARGUMENTS = 0, 4, 16
PROT_EXEC = 4
NO_FILE = 0xFFFFFFFF


def _argument(index):
    # The low word: file descriptors and protections are 32-bit in the kernel.
    return OFFSET_ARGUMENTS + 8 * index


def assemble(arch, reply_fd):
    """The filter as bytes of struct sock_filter, for `platform.machine()` arch. KeyError for an unknown arch."""
    plain = list(PLAIN_CALLS[arch].values())
    checked = CHECKED_CALLS[arch]
    head = [
        (LOAD, 0, 0, OFFSET_ARCH),
        (JUMP_EQUAL, 1, 0, AUDIT_ARCH[arch]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, OFFSET_NUMBER),
    ]
    bodies = [
        (checked["write"], [(LOAD, 0, 0, _argument(0)), (JUMP_EQUAL, 0, 1, reply_fd)]),
        (checked["mprotect"], [(LOAD, 0, 0, _argument(2)), (JUMP_SET, 1, 0, PROT_EXEC)]),
        (
            checked["mmap"],
            [
                (LOAD, 0, 0, _argument(2)),
                (JUMP_SET, 3, 0, PROT_EXEC),
                (LOAD, 0, 0, _argument(4)),
                (JUMP_EQUAL, 0, 1, NO_FILE),
            ],
        ),
    ]
    checks = []
    for number, body in bodies:
        block = [*body, (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, DENY)]
        checks += [(JUMP_EQUAL, 0, len(block), number), *block]
    # Each equal jump leads over the remaining comparisons and the final refusal to the last instruction.
    table = [(JUMP_EQUAL, len(plain) - at, 0, number) for at, number in enumerate(plain)]
    tail = [(RETURN, 0, 0, DENY), (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("<HBBI", *row) for row in [*head, *checks, *table, *tail])
