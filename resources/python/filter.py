"""The system call filters: classic BPF programs, assembled here from tables of numbers.

`assemble` is the allowlist of a program's child; `assemble_denials` the denylist of a workspace's commands. Denied calls return EPERM, which a program sees as PermissionError; another architecture kills the process.
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

# What no command of a workspace needs: other processes, mounts, namespaces, keys, and the kernel's widest surfaces.
DENIED_CALLS = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "setns": (308, 268),
    "unshare": (272, 97),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "syslog": (103, 116),
    "personality": (135, 92),
}
CLONE_CALLS = {"x86_64": (56, 435), "aarch64": (220, 435)}  # clone, clone3
SOCKET_CALL = {"x86_64": 41, "aarch64": 198}
CLONE_NEW_ANY = 0x7E020000
SOCKET_FAMILIES = (1, 2, 10)  # unix, and inet within the empty network
X32_BIT = 0x40000000

LOAD, JUMP_EQUAL, JUMP_SET, RETURN = 0x20, 0x15, 0x45, 0x06
ALLOW, DENY, NO_SUCH_CALL, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
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
    return _packed([*_head(arch), *checks, *table, *tail])


def _head(arch):
    return [
        (LOAD, 0, 0, OFFSET_ARCH),
        (JUMP_EQUAL, 1, 0, AUDIT_ARCH[arch]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, OFFSET_NUMBER),
    ]


def _packed(rows):
    return b"".join(struct.pack("<HBBI", *row) for row in rows)


def assemble_denials(arch):
    """The filter of a workspace's commands. clone3 does not exist there, because its flags cannot be looked at."""
    column = list(AUDIT_ARCH).index(arch)
    numbers = [pair[column] for pair in DENIED_CALLS.values()]
    clone, clone3 = CLONE_CALLS[arch]
    checks = [
        (JUMP_SET, 0, 1, X32_BIT),
        (RETURN, 0, 0, DENY),
        (JUMP_EQUAL, 0, 1, clone3),
        (RETURN, 0, 0, NO_SUCH_CALL),
        (JUMP_EQUAL, 0, 4, clone),
        (LOAD, 0, 0, _argument(0)),
        (JUMP_SET, 0, 1, CLONE_NEW_ANY),
        (RETURN, 0, 0, DENY),
        (RETURN, 0, 0, ALLOW),
        (JUMP_EQUAL, 0, 3 + len(SOCKET_FAMILIES), SOCKET_CALL[arch]),
        (LOAD, 0, 0, _argument(0)),
        *[(JUMP_EQUAL, len(SOCKET_FAMILIES) - at, 0, one) for at, one in enumerate(SOCKET_FAMILIES)],
        (RETURN, 0, 0, DENY),
        (RETURN, 0, 0, ALLOW),
    ]
    table = [(JUMP_EQUAL, len(numbers) - at, 0, number) for at, number in enumerate(numbers)]
    return _packed([*_head(arch), *checks, *table, (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, DENY)])
